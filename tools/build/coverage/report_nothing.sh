#!/bin/sh
# Takes the place of a coverage reporter; there is nothing to merge.
exit 0
