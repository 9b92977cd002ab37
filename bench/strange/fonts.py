"""The installed fonts the set is drawn with; a missing one is an error that names its Debian package."""

# ruff: noqa: E501 - one line for each face

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

_ROOT = Path("/usr/share/fonts")

# family: Debian package, regular, bold, italic (file names below /usr/share/fonts)
_FACES: dict[str, tuple[str, str, str, str]] = {
    "sans": ("fonts-liberation", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "LiberationSans-Italic.ttf"),
    "serif": ("fonts-liberation", "LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf", "LiberationSerif-Italic.ttf"),
    "mono": ("fonts-liberation", "LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf", "LiberationMono-Italic.ttf"),
    "narrow": ("fonts-liberation", "LiberationSansNarrow-Regular.ttf", "LiberationSansNarrow-Bold.ttf", "LiberationSansNarrow-Italic.ttf"),
    "carlito": ("fonts-crosextra-carlito", "Carlito-Regular.ttf", "Carlito-Bold.ttf", "Carlito-Italic.ttf"),
    "caladea": ("fonts-crosextra-caladea", "Caladea-Regular.ttf", "Caladea-Bold.ttf", "Caladea-Italic.ttf"),
    "dejavu": ("fonts-dejavu-core", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans.ttf"),
    "condensed": ("fonts-dejavu-extra", "DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf", "DejaVuSansCondensed-Oblique.ttf"),
    "dejavuserif": ("fonts-dejavu-core", "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif.ttf"),
    "terminal": ("fonts-dejavu-core", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSansMono.ttf"),
    "opensans": ("fonts-open-sans", "OpenSans-Regular.ttf", "OpenSans-Bold.ttf", "OpenSans-Italic.ttf"),
    "roboto": ("fonts-roboto-unhinted", "Roboto-Regular.ttf", "Roboto-Bold.ttf", "Roboto-Italic.ttf"),
    "robotocond": ("fonts-roboto-unhinted", "RobotoCondensed-Regular.ttf", "RobotoCondensed-Bold.ttf", "RobotoCondensed-Italic.ttf"),
    "noto": ("fonts-noto-core", "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSans-Italic.ttf"),
    "notoserif": ("fonts-noto-core", "NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf", "NotoSerif-Italic.ttf"),
    "freesans": ("fonts-freefont-ttf", "FreeSans.ttf", "FreeSansBold.ttf", "FreeSansOblique.ttf"),
    "freemono": ("fonts-freefont-ttf", "FreeMonoBold.ttf", "FreeMonoBold.ttf", "FreeMonoOblique.ttf"),
    "gothic": ("fonts-urw-base35", "URWGothic-Book.otf", "URWGothic-Demi.otf", "URWGothic-BookOblique.otf"),
    "bookman": ("fonts-urw-base35", "URWBookman-Light.otf", "URWBookman-Demi.otf", "URWBookman-LightItalic.otf"),
    "palatino": ("fonts-urw-base35", "P052-Roman.otf", "P052-Bold.otf", "P052-Italic.otf"),
    "schoolbook": ("fonts-urw-base35", "C059-Roman.otf", "C059-Bold.otf", "C059-Italic.otf"),
    "nimbusmono": ("fonts-urw-base35", "NimbusMonoPS-Bold.otf", "NimbusMonoPS-Bold.otf", "NimbusMonoPS-Bold.otf"),
    "typewriter": ("fonts-gnutypewriter", "GNUTypewriter.ttf", "GNUTypewriter.ttf", "GNUTypewriter.ttf"),
    "breip": ("fonts-breip", "Breip.ttf", "Breip.ttf", "Breip.ttf"),
    "comic": ("fonts-comic-neue", "ComicNeue-Regular.otf", "ComicNeue-Bold.otf", "ComicNeue-Italic.otf"),
    "dkg": ("fonts-dkg-handwriting", "dkg.ttf", "dkgBd.ttf", "dkgIt.ttf"),
    "humor": ("fonts-humor-sans", "Humor-Sans.ttf", "Humor-Sans.ttf", "Humor-Sans.ttf"),
    "ruf": ("fonts-rufscript", "Rufscript010.ttf", "Rufscript010.ttf", "Rufscript010.ttf"),
    "klee": ("fonts-klee", "KleeOne-SemiBold.ttf", "KleeOne-SemiBold.ttf", "KleeOne-SemiBold.ttf"),
    "kristi": ("fonts-kristi", "Kristi.ttf", "Kristi.ttf", "Kristi.ttf"),
    "dancing": ("fonts-dancingscript", "DancingScript-Bold.otf", "DancingScript-Bold.otf", "DancingScript-Bold.otf"),
    "kaushan": ("fonts-kaushanscript", "KaushanScript-Regular.otf", "KaushanScript-Regular.otf", "KaushanScript-Regular.otf"),
    "build": ("fonts-bwht", "BecauseWeBuild-Regular.otf", "BecauseWeConnect-Regular.otf", "BecauseWeBuild-Regular.otf"),
    "connect": ("fonts-bwht", "BecauseWeConnect-Regular.otf", "BecauseWeConnect-Regular.otf", "BecauseWeConnect-Regular.otf"),
    "mentor": ("fonts-bwht", "BecauseWeMentor-Regular.otf", "BecauseWeMentor-Regular.otf", "BecauseWeMentor-Regular.otf"),
    "organize": ("fonts-bwht", "BecauseWeOrganize-Regular.otf", "BecauseWeOrganize-Regular.otf", "BecauseWeOrganize-Regular.otf"),
}  # fmt: skip

# hand: how much larger than print it is written; plain letters only where accents are missing
HANDS: dict[str, float] = {
    "breip": 1.25, "comic": 1.05, "dkg": 1.1, "humor": 1.0, "ruf": 1.15, "klee": 1.05, "kristi": 1.9, "dancing": 1.3, "build": 1.4,
    "mentor": 1.4, "organize": 1.2, "connect": 1.1,
}  # fmt: skip
SIGNATURES = ("kristi", "dancing", "kaushan", "ruf", "breip")
WITHOUT_ACCENTS = {"build", "connect", "mentor", "organize", "humor", "ruf"}
DIGITAL = ("sans", "serif", "carlito", "caladea", "dejavu", "opensans", "roboto", "noto", "notoserif", "robotocond")


#: DejaVu is wide: where it stands in for others it is drawn smaller.
_WIDE = 0.75


def _stand_in() -> bool:
    return os.environ.get("STRANGE_FONTS") == "stand-in"


class FontMissing(Exception):
    """A font of the set is not installed."""


@lru_cache(maxsize=1)
def _installed() -> dict[str, Path]:
    return {path.name: path for path in sorted(_ROOT.rglob("*")) if path.suffix in {".ttf", ".otf"}}


@lru_cache(maxsize=256)
def path_of(face: str, *, bold: bool = False, italic: bool = False) -> Path:
    """Where a face's file lies; raises FontMissing."""
    package, regular, heavy, slanted = _FACES[face]
    name = heavy if bold else slanted if italic else regular
    found = _installed().get(name)
    if found is None and _stand_in():
        # What is drawn is checked without its fonts too; a set that is to be scored has to have them.
        return path_of("dejavu", bold=bold)
    if found is None:
        raise FontMissing(f"{name} is not installed: apt-get install {package} (all packages: bench/strange/README.md)")
    return found


@lru_cache(maxsize=512)
def load(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """Return the font in pixels of height."""
    if _stand_in() and path.name.startswith("DejaVu"):
        size = round(size * _WIDE)
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def check_all() -> None:
    """Raise FontMissing for the first font of the set that is not there."""
    for face in _FACES:
        path_of(face)
        path_of(face, bold=True)
