"""Start a conformance program under the tool beside it: `python main.py record`, then `python main.py resume`."""

import sys

import tool
from program import main

if __name__ == "__main__":
    {"record": tool.record, "resume": tool.resume}[sys.argv[1]](main, "north")
