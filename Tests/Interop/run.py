#!/usr/bin/env python3
"""Speaks with a running mesh as a program in another language, and checks everything that it is told.

    run.py --data DIR --meshctl PATH

DIR is the data folder of a mesh made for tests: what this leaves there (a workspace, conversations, a deletion) stays. Each check prints
one line; the exit code is 1 when one failed.
"""

import argparse
import sys

import catalogue_checks
import hello_checks
import malformed
import pipelining
from mesh import Mesh
from report import Report
from story import Story, completeness


def main():
    parser = argparse.ArgumentParser(description="an independent client of the mesh")
    parser.add_argument("--data", required=True, help="the mesh's data folder: keys and run/*.port files")
    parser.add_argument("--meshctl", required=True, help="the meshctl binary, which prints the catalogue")
    options = parser.parse_args()
    report = Report()
    report.chapter(speak, report, options)
    return report.finish()


def speak(report, options):
    report.chapter(catalogue_checks.validator, report)
    mesh = Mesh(options.data, options.meshctl)
    for work in (
        hello_checks.refused_hellos, hello_checks.nonces_are_new, hello_checks.impostors, catalogue_checks.catalogue,
        catalogue_checks.tampered_replies, catalogue_checks.permissions, malformed.closing, malformed.going_on,
        malformed.names_what_is_missing, malformed.accepted, pipelining.all_are_answered,
    ):
        report.chapter(work, report, mesh)
    report.chapter(Story(report, mesh).tell)
    report.chapter(completeness, report, mesh)


if __name__ == "__main__":
    sys.exit(main())
