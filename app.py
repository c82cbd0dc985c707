"""Start the chat: `python app.py --host H --port N`."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence

# Nothing about its use leaves the machine. Gradio and the hub library read these when they are imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

from rag.cli import add_settings, settings_from
from rag.errors import BulletinError
from rag.settings import Settings

_EPILOG = """\
examples:
  python app.py                              the chat for this computer only
  python app.py --host 0.0.0.0 --port 8080   the chat for the whole local network
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the chat until interrupted, and return the exit status: 0 stopped, 1 told why not, 2 called wrongly."""
    parsed = _parser().parse_args(arguments)
    try:
        with _listen(parsed.host, parsed.port) as listener:
            _serve(listener, settings_from(parsed), parsed.database, parsed.rate, parsed.workers)
    except BulletinError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="Opens the chat: questions to the government bulletins, answered with their exact sources.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="H", help="address to listen on (default 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=_port, default=7860, metavar="N", help="port to listen on (default 7860)"
    )
    service = parser.add_argument_group("service")
    service.add_argument(
        "--database",
        metavar="URL",
        help="where questions, votes and verdicts are kept: sqlite:////path or postgresql://user@host/name "
        "[BULLETIN_DATABASE]",
    )
    service.add_argument(
        "--rate", metavar="N/UNIT", help="how much one client may ask, default 120/minute [BULLETIN_RATE]"
    )
    service.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes that answer, default one a processor; 0: none beside the service [BULLETIN_WORKERS]",
    )
    add_settings(parser)
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port; expected 1 to 65535")
    return number


def _listen(host: str, port: int) -> socket.socket:
    """Take the port at once, so that nobody waits for an index only to be told that it is in use.

    :raises BulletinError: if the port can't be had.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, OverflowError) as error:
        raise BulletinError(
            f"{host} port {port} is no address to listen on ({error}). Give --host and --port others."
        ) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()  # two starting at once: the second learns it here
    except OSError as error:
        listener.close()
        raise BulletinError(
            f"Port {port} on {host} can't be used ({error.strerror}). If the chat is already running, open it in a "
            f"browser; otherwise choose another port: `python app.py --port {port + 1}`, `make run PORT={port + 1}`."
        ) from error
    return listener


def _serve(
    listener: socket.socket, settings: Settings, database: str | None, rate: str | None, workers: int | None
) -> None:
    from rag.answer import Engine
    from rag.index import open_index
    from store.database import open_store
    from web import logs
    from web.options import Options

    logs.configure()
    options = Options.of(settings, database, rate, workers)
    store = open_store(options.database)
    engine = Engine(open_index(settings), settings)  # before Gradio is imported: errors show at once

    import uvicorn

    from web.connections import Bounded, allow_files
    from web.site import serve

    allow_files()
    host, port = listener.getsockname()[:2]
    application = serve(engine, store, options)
    del engine  # it goes when another version takes its place
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    print(f"Open http://{shown}:{port} in a browser. Ctrl+C stops.", flush=True)
    # no access log: who asked is nobody's business
    uvicorn.Server(
        uvicorn.Config(
            application,
            http=Bounded,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    ).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
