"""What a command line of typer and rich takes to start: a hello world, as their tutorials write it."""

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer()


@app.command()
def hello(name: str = "world") -> None:
    """Greet somebody."""
    table = Table("who", "what")
    table.add_row(name, "hello")
    Console().print(table)


if __name__ == "__main__":
    app()
