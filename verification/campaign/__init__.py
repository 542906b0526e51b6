"""Campaigns: as many drawn cases as one likes, over processes or a cluster, kept on disk as they come."""
