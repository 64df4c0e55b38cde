"""Writes the array of a .npy file as the contiguous dataset "data" of an HDF5 file: make_hdf5.py IN OUT"""
import sys

import h5py
import numpy as np

with h5py.File(sys.argv[2], "w") as file:
    file.create_dataset("data", data=np.load(sys.argv[1], mmap_mode="r"))
