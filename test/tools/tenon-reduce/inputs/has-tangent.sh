#!/bin/sh
exec grep -q 'tenon\.tan .*tensor<\([2-9]\|1[0-9]\)x' "$1"
