"""`python -m rag`: the command line. `python -m rag staff` is the store's command, which nothing else here knows."""

from rag.cli import main
from store.cli import add_commands

if __name__ == "__main__":
    raise SystemExit(main(further=add_commands))
