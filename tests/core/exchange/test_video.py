import av
import numpy as np
import pytest
from PIL import Image

from core.data import StorageError
from core.exchange import TargetError, UnusableSourceError
from core.exchange.video import VideoFrames, write_video


def pictures(count: int, height: int = 33, width: int = 49):
    for number in range(count):
        yield np.full((height, width, 3), 10 * number, dtype=np.uint8)


def test_an_mp4_holds_every_picture(tmp_path):
    path = write_video(pictures(12), tmp_path / "a.mp4", 20.0)
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == 20
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert [frame.shape for frame in frames] == [(32, 48, 3)] * 12
    np.testing.assert_allclose([f.mean() for f in frames], 10 * np.arange(12), atol=3)
    reader = VideoFrames(path, 20.0)
    part = reader.take(4, 5)
    reader.close()
    np.testing.assert_allclose(part.mean(axis=(1, 2, 3)), 10 * np.arange(4, 9), atol=3)


def test_a_gif_keeps_its_time_at_any_rate(tmp_path):
    with Image.open(write_video(pictures(12), tmp_path / "a.gif", 20.0)) as image:
        assert (image.n_frames, image.info["duration"], image.size) == (12, 50, (49, 33))
    with Image.open(write_video(pictures(12), tmp_path / "b.gif", 100.0)) as image:
        assert (image.n_frames, image.info["duration"]) == (3, 40)


def test_a_video_is_whole_or_not_there(tmp_path, disk_of):
    def broken():
        yield from pictures(3)
        raise KeyboardInterrupt

    for name in ("a.mp4", "a.gif"):
        with pytest.raises(KeyboardInterrupt):
            write_video(broken(), tmp_path / name, 20.0)
        with disk_of(100), pytest.raises(StorageError):
            write_video(pictures(12), tmp_path / name, 20.0)
    assert list(tmp_path.iterdir()) == []
    write_video(pictures(2), tmp_path / "a.mp4", 20.0)
    with pytest.raises(TargetError, match="exists already"):
        write_video(pictures(2), tmp_path / "a.mp4", 20.0)
    with pytest.raises(TargetError, match=r"expected \.mp4 or \.gif"):
        write_video(pictures(2), tmp_path / "a.avi", 20.0)


def test_what_is_no_mp4_is_not_played(tmp_path):
    listing = tmp_path / "list.mp4"
    listing.write_text("#EXTM3U\n#EXTINF:1,\n/etc/hostname\n")
    with pytest.raises(UnusableSourceError, match="no MP4"):
        VideoFrames(listing, 20.0)
    path = write_video(pictures(3), tmp_path / "a.mp4", 20.0)
    reader = VideoFrames(path, 20.0)
    with pytest.raises(UnusableSourceError, match="ends at frame 3"):
        reader.take(0, 5)
    reader.close()
