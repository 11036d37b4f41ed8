"""`python -m kubecfg_cli` is the `kubecfg` command."""

import sys

from kubecfg_cli.app import main

sys.exit(main())
