"""Makes the sample datasets: the handwritten digits of the UCI repository, as scikit-learn ships them (Debian: python3-sklearn),
once as .npy and once as chunked, compressed HDF5 (Debian: python3-h5py).

Run in this folder:  python3 make_digits.py
"""

import h5py
import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
np.save("digits_images.npy", digits.images.astype(np.uint8))  # (1797, 8, 8), grey levels 0..16
np.save("digits_labels.npy", digits.target.astype(np.int64))  # (1797,), the digit shown

with h5py.File("digits-chunked.h5", "w") as file:
    images = file.create_dataset("images", data=digits.images.astype(np.uint8), chunks=(64, 8, 8), compression="gzip", shuffle=True)
    labels = file.create_dataset("labels", data=digits.target.astype(np.int64), chunks=(64,), compression="gzip", shuffle=True)
    images.attrs["levels"] = 16
    labels.attrs["classes"] = [str(digit) for digit in range(10)]
