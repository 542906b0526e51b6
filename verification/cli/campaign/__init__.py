"""Campaigns: any number of drawn cases, over processes or a cluster, stored on disk as they are done."""
