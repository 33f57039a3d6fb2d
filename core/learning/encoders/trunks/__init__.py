"""Networks over the images of one camera, one file each."""
