"""Small files of other kinds, made by the tests themselves: a PDF, an OFD, a Word document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Sheet:
    """A page of A4 in the making; places are points from the top left."""

    parts: list[str] = field(default_factory=list)

    def write(self, x: float, y: float, text: str, size: float = 12) -> Sheet:
        """Print a line of text, its upper edge at y."""
        code = text.encode("utf-16-be").hex()
        self.parts.append(f"BT /F {size} Tf {x} {842 - y - 0.88 * size} Td <{code}> Tj ET")
        return self

    def line(self, x0: float, y0: float, x1: float, y1: float) -> Sheet:
        """Draw a line."""
        self.parts.append(f"{x0} {842 - y0} m {x1} {842 - y1} l S")
        return self

    def table(
        self, x: float, y: float, widths: Sequence[float], rows: Sequence[Sequence[str | None]]
    ) -> Sheet:
        """Print a table with borders; None is a cell merged with the one above it."""
        edges = [x + sum(widths[:place]) for place in range(len(widths) + 1)]
        height = 24.0
        for edge in edges:
            self.line(edge, y, edge, y + height * len(rows))
        for at, row in enumerate(rows):
            top = y + height * at
            for place, text in enumerate(row):
                if text is not None:
                    self.line(edges[place], top, edges[place + 1], top)
                    self.write(edges[place] + 4, top + 6, text)
        return self.line(x, y + height * len(rows), edges[-1], y + height * len(rows))


def pdf(*sheets: Sheet) -> bytes:
    """A PDF of some pages, in the font that every reader of Chinese PDFs has."""
    pages = [3 + 2 * number for number in range(len(sheets))]
    font = 3 + 2 * len(sheets)
    kids = " ".join(f"{page} 0 R" for page in pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
    ]
    for page, sheet in zip(pages, sheets, strict=True):
        stream = "\n".join(sheet.parts).encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {page + 1} 0 R "
            f"/Resources << /Font << /F {font} 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >> stream\n%s\nendstream" % (len(stream), stream))
    objects += [
        f"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        f"/DescendantFonts [{font + 1} 0 R] >>".encode(),
        f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 [500] 2 95 500] "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> "
        f"/FontDescriptor {font + 2} 0 R >>".encode(),
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -120 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    return _with_places(objects)


def _with_places(objects: Sequence[bytes]) -> bytes:
    """The objects of a PDF with the table that says where each lies."""
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def ofd(*pages: Sequence[tuple[float, float, str]], **others: str) -> bytes:
    """An OFD, each line of a page at its millimetres from the left and from the top.

    :param others: Further parts by name.
    """
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    parts = {
        "OFD.xml": f"<ofd:OFD {space} Version='1.0'><ofd:DocBody><ofd:DocInfo/>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>"
        "</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        + "".join(
            f"<ofd:Page ID='{at + 1}' BaseLoc='Pages/Page_{at}/Content.xml'/>" for at in range(len(pages))
        )
        + "</ofd:Pages></ofd:Document>",
    }
    for at, lines in reversed(list(enumerate(pages))):
        objects = "".join(
            f'<ofd:TextObject ID="{number}" Boundary="{x} {y} 180 6" Font="1" Size="5">'
            f'<ofd:TextCode X="0" Y="5" DeltaX="g {len(text) - 1} 5">{text}</ofd:TextCode></ofd:TextObject>'
            for number, (x, y, text) in enumerate(lines, start=10)
        )
        parts[f"Doc_0/Pages/Page_{at}/Content.xml"] = (
            f"<ofd:Page {space}><ofd:Content><ofd:Layer ID='2'>{objects}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    parts |= others
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, body in parts.items():
            packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{body}')
    return out.getvalue()
