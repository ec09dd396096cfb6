"""Qualify one lead: `python -m examples.langgraph_crm.run sarah@acmecorp.com`."""

import argparse
import os
import sys

from examples.langgraph_crm.pipeline import fr, qualify_lead
from examples.langgraph_crm.server import serve_in_background


def main() -> int:
    """Print what became of the lead; return the exit status: 0, or 1 when an agent failed."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.langgraph_crm.run", description="Qualify one sales lead."
    )
    parser.add_argument("email", help="the lead's address, for example sarah@acmecorp.com")
    email = parser.parse_args().email

    if not os.environ.get("OPENAI_API_KEY"):
        os.environ["OPENAI_BASE_URL"] = serve_in_background()
        os.environ["OPENAI_API_KEY"] = "none-needed"
        os.environ["no_proxy"] = "127.0.0.1"  # a proxy would look for this server on its own machine

    # The exception passes through fr.run first, so the session is recorded as failed.
    try:
        lead = fr.run(qualify_lead, email)
    except Exception as error:  # noqa: BLE001 - the top of the program: whatever an agent raised becomes its last line
        print(f"Agent FAILED: {type(error).__name__}: {error}")
        return 1

    print(f"Lead {'QUALIFIED' if lead['qualified'] else 'NOT QUALIFIED'} (score: {lead['score']})")
    if lead["draft"] is not None:
        print(f'Draft email: "{lead["draft"]}"')
    return 0


if __name__ == "__main__":
    sys.exit(main())
