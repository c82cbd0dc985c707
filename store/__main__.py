"""`python -m store staff`: the accounts of the verify desk, and the export of its verdicts."""

import argparse

from rag.cli import commands_of, run
from store.cli import add_commands

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m store", description=__doc__)
    add_commands(commands_of(parser))
    raise SystemExit(run(parser, None))
