# SPDX-License-Identifier: Apache-2.0
"""What the README says can be typed is typed here, line by line, in the order in which a newcomer would."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNNING_NOW = {"./scripts/test"}   # this very run


def commands(document):
    """The lines of all ```sh blocks, without their comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / document).read_text(), re.M | re.S)
    lines = [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and line not in RUNNING_NOW]


class ReadmeTest(unittest.TestCase):
    def test_every_command_of_the_readme_works_as_written(self):
        lines = commands("README.md")
        self.assertIn("./scripts/run", lines)
        self.assertIn("./scripts/run --stop", lines)
        script = "\n".join(f"echo '::: {number}'\n{line}" for number, line in enumerate(lines))
        run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=1500)
        parts = re.split(r"^::: \d+\n", run.stdout, flags=re.M)[1:]
        self.addCleanup(subprocess.run, ["./scripts/run", "--stop"], cwd=ROOT, capture_output=True)
        reached = lines[len(parts) - 1] if parts else "(nothing)"
        self.assertEqual(run.returncode, 0, f"failed at: {reached}\n{run.stdout[-3000:]}\n{run.stderr[-3000:]}")
        said = dict(zip(lines, parts))
        self.assertIn("The ledger balances", said["./scripts/run"])
        self.assertRegex(said["./scripts/run"], r"SP-0\w{4}-\w{5}  complaint\.received")
        self.assertIn("The ledger balances", said["satupintu ledger"])

    def test_every_file_that_the_documents_link_to_exists(self):
        documents = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        broken = []
        for document in documents:
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / document).read_text()):
                if not (ROOT / document).parent.joinpath(target).exists():
                    broken.append(f"{document} links to {target}")
        self.assertEqual(broken, [])


if __name__ == "__main__":
    unittest.main()
