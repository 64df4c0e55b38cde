"""Makes the sample dataset: the handwritten digits of the UCI repository, as scikit-learn ships them (Debian: python3-sklearn).

Run in this folder:  python3 make_digits.py
"""

import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
np.save("digits_images.npy", digits.images.astype(np.uint8))  # (1797, 8, 8), grey levels 0..16
np.save("digits_labels.npy", digits.target.astype(np.int64))  # (1797,), the digit shown
