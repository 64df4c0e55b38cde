"""The version of this package, also sent to servers as part of `User-Agent`."""

VERSION = "0.1.0"
