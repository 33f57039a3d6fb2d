"""Videos: episodes written as MP4 or GIF, and frames read from MP4 files of other programs."""

import itertools
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from PIL import Image

from core.exchange.errors import TargetError, UnusableSourceError
from core.exchange.pictures import LARGEST_SIDE, stack
from core.exchange.whole import exported_file

SUFFIXES = (".mp4", ".gif")
GIF_RATE = 25.0
"""Pictures a second in a GIF [Hz]: viewers count in hundredths, and slow down what is faster."""
QUALITY = 20
"""H.264's constant rate factor: 18 looks like the original, 28 is coarse."""


def write_video(
    pictures: Iterable[np.ndarray], out: Path | str, rate: float, *, replace: bool = False
) -> Path:
    """Write pictures (height, width, 3) uint8, `rate` a second [Hz], as the file's ending says.

    The file appears whole or not at all. Sides of MP4s are cut to even numbers, which H.264 asks
    for. Raises :class:`TargetError` for another ending and for a file that exists, and
    :class:`core.data.StorageError` when the disk refuses.
    """
    out = Path(out).absolute()
    if out.suffix.lower() not in SUFFIXES:
        raise TargetError(f"{out.name} ends in {out.suffix!r}; expected .mp4 or .gif", out)
    write = _write_mp4 if out.suffix.lower() == ".mp4" else _write_gif
    with exported_file(out, replace=replace) as building:  # FFmpeg's errors are OSErrors too
        write(pictures, building, rate)
    return out


def _write_mp4(pictures: Iterable[np.ndarray], path: Path, rate: float) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = None
        for picture in pictures:
            height, width = (side // 2 * 2 for side in picture.shape[:2])
            if stream is None:
                stream = container.add_stream(
                    "libx264", rate=Fraction(rate).limit_denominator(1000)
                )
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.options = {"crf": str(QUALITY), "preset": "medium"}
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(picture[:height, :width]), format="rgb24"
            )
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))


def _write_gif(pictures: Iterable[np.ndarray], path: Path, rate: float) -> None:
    """Leaves out pictures so that at most `GIF_RATE` a second remain."""
    stride = max(1, round(rate / GIF_RATE))
    frames = (
        Image.fromarray(picture).quantize(128, dither=Image.Dither.NONE)
        for number, picture in enumerate(pictures)
        if number % stride == 0
    )
    first = next(frames, None)
    if first is None:
        raise TargetError(f"no pictures to write into {path}", path)
    with path.open("wb") as file:
        first.save(
            file,
            format="GIF",
            save_all=True,
            append_images=frames,
            duration=round(100 * stride / rate) * 10,
            loop=0,
        )


class VideoFrames:
    """Reads frames of an MP4 file in order. Owns the open file; close it, or use `with`.

    Only the local file itself is read: FFmpeg gets an open file, not a name that it might
    take for an address, and no other container than MP4.
    """

    def __init__(self, path: Path, rate: float) -> None:
        """`rate`: frames a second [Hz]. Raises :class:`UnusableSourceError`."""
        self.path = path
        self._rate = rate
        self._file = path.open("rb")
        self._next = 0
        try:
            self._container = av.open(self._file, "r", format="mov,mp4,m4a,3gp,3g2,mj2")
            stream = self._container.streams.video[0]
            # A thread for each core of a large machine would fill the reader's address space.
            stream.codec_context.thread_count = 1
            if max(stream.codec_context.width, stream.codec_context.height) > LARGEST_SIDE:
                raise UnusableSourceError(f"{path} has pictures of more than {LARGEST_SIDE} pixels")
            self._frames = self._decoded()
        except (FFmpegError, IndexError, ValueError) as error:
            self._file.close()
            if isinstance(error, UnusableSourceError):
                raise
            raise UnusableSourceError(f"{path} is no MP4 video ({error})", path) from error

    def take(self, first: int, count: int) -> np.ndarray:
        """Frames `first` to `first + count` as (count, height, width, 3) uint8.

        Only forwards. Raises :class:`UnusableSourceError` if the video ends before, is damaged,
        or holds more than a recording may.
        """
        wanted = (picture for number, picture in self._frames if number >= first)
        taken = stack(itertools.islice(wanted, count), count)
        if len(taken) < count:
            raise UnusableSourceError(
                f"{self.path} ends at frame {first + len(taken)}; {first + count} are needed",
                self.path,
            )
        return taken

    def close(self) -> None:
        """Give the file back."""
        self._container.close()
        self._file.close()

    def _decoded(self) -> Iterator[tuple[int, np.ndarray]]:
        try:
            for frame in self._container.decode(video=0):
                yield round(float(frame.time or 0.0) * self._rate), frame.to_ndarray(format="rgb24")
        except FFmpegError as error:
            raise UnusableSourceError(f"{self.path} is damaged ({error})", self.path) from error
