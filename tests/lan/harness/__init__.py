# SPDX-License-Identifier: GPL-2.0-or-later
"""A small LAN in network namespaces, the daemon on it, and independent tools as judges."""
