"""Fonts for the PDF: which stand in for Chinese ones that are not installed, and which are installed.

Chinese documents ask for fonts that are not free. fontconfig would take a gothic face for all of them; the
configuration written here keeps the song faces (宋, 仿宋, 小标宋, 楷) apart from the gothic ones (黑, 雅黑).
"""

import ctypes
import os
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

# What stands in, the first that is installed, and the families it stands in for, each under the names that
# documents ask for. Latin ones keep their widths with Liberation and Carlito, where these are installed.
_STAND_INS = {
    ("Noto Serif CJK SC",): (
        *(
            "宋体",
            "SimSun",
            "SimSun-ExtB",
            "新宋体",
            "NSimSun",
            "Songti SC",
            "STSong",
            "华文宋体",
            "思源宋体",
        ),
        *("方正书宋简体", "方正书宋_GBK", "华文中宋", "STZhongsong", "Source Han Serif SC"),
        *(
            "方正小标宋简体",
            "方正小标宋_GBK",
            "方正小标宋",
            "小标宋",
            "FZXiaoBiaoSong-B05",
            "FZXiaoBiaoSong-B05S",
        ),
        *("仿宋", "FangSong", "仿宋_GB2312", "FangSong_GB2312", "仿宋GB2312", "STFangsong", "华文仿宋"),
        *("方正仿宋简体", "方正仿宋_GBK", "FZFangSong-Z02", "FZFangSong-Z02S"),
        *("楷体", "KaiTi", "楷体_GB2312", "KaiTi_GB2312", "楷体GB2312", "STKaiti", "华文楷体"),
        *("方正楷体简体", "方正楷体_GBK", "FZKai-Z03", "FZKai-Z03S"),
    ),
    ("Noto Sans CJK SC",): (
        *("黑体", "SimHei", "STHeiti", "华文黑体", "STXihei", "华文细黑", "方正黑体简体", "方正黑体_GBK"),
        *("FZHei-B01", "FZHei-B01S", "思源黑体", "Source Han Sans SC", "PingFang SC"),
        *("微软雅黑", "微软雅黑 Light", "Microsoft YaHei", "Microsoft YaHei Light"),
        *("等线", "等线 Light", "DengXian", "DengXian Light"),
    ),
    ("Liberation Serif", "Noto Serif CJK SC"): ("Times New Roman", "Times", "Cambria"),
    ("Liberation Sans", "Noto Sans CJK SC"): ("Arial", "Helvetica"),
    ("Carlito", "Liberation Sans", "Noto Sans CJK SC"): ("Calibri", "Calibri Light"),
}
_LIBRARY = "libfontconfig.so.1"
_FAMILY = b"family"
# The result FcResultMatch of fontconfig.h.
_FOUND = 0


class _FontSet(ctypes.Structure):
    """``FcFontSet`` of fontconfig.h."""

    _fields_ = (
        ("count", ctypes.c_int),
        ("room", ctypes.c_int),
        ("fonts", ctypes.POINTER(ctypes.c_void_p)),
    )


def fonts_conf(fonts_dir: str | None, cache: str) -> str:
    """Return the fontconfig file: the system's, ``fonts_dir`` beside its folders, and the stand-ins.

    What the folders hold that have no cache of the system's is kept in the folder ``cache``.

    Stand-ins come right behind the family that was asked for, so they are taken only where that is missing.
    """
    own = "" if fonts_dir is None else f"  <dir>{escape(os.path.abspath(fonts_dir))}</dir>\n"
    rules = "".join(
        '  <match target="pattern">\n'
        f'    <test qual="any" name="family"><string>{escape(asked)}</string></test>\n'
        f'    <edit name="family" mode="append" binding="same">{_strings(stand_ins)}</edit>\n'
        "  </match>\n"
        for stand_ins, families in _STAND_INS.items()
        for asked in families
    )
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n'
        f"{own}  <cachedir>{escape(cache)}</cachedir>\n"
        f'{rules}  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n</fontconfig>\n'
    )


def _strings(families: Iterable[str]) -> str:
    return "".join(f"<string>{escape(family)}</string>" for family in families)


def installed_families() -> tuple[str, ...]:
    """Return the families that fontconfig finds, in every language they are named in; empty without it.

    The environment variable FONTCONFIG_FILE of this process says which configuration is read.
    """
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError:
        return ()
    for name in ("FcPatternCreate", "FcObjectSetCreate"):
        getattr(library, name).restype = ctypes.c_void_p
    library.FcObjectSetAdd.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    library.FcFontList.argtypes = [ctypes.c_void_p] * 3
    if not library.FcInit():
        return ()
    wanted = library.FcObjectSetCreate()
    library.FcObjectSetAdd(wanted, _FAMILY)
    found = library.FcFontList(None, library.FcPatternCreate(), wanted)
    if not found:
        return ()
    fonts = found.contents
    return tuple(sorted({name for at in range(fonts.count) for name in _families(library, fonts.fonts[at])}))


def _families(library: ctypes.CDLL, font: int | None) -> Iterator[str]:
    """Yield the names of one font's family."""
    get = library.FcPatternGetString
    get.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p)]
    name = ctypes.c_char_p()
    number = 0
    while get(font, _FAMILY, number, ctypes.byref(name)) == _FOUND:
        if name.value is not None:
            yield name.value.decode("utf-8", "replace")
        number += 1
