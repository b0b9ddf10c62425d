import sys

from dothi.run.cli import main

sys.exit(main())
