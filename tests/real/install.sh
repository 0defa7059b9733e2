#!/bin/sh
# Installs the real servers that tests/real talks to, from Debian's or Ubuntu's packages.
# Does nothing where they are there; run it as root. The servers are not left running:
# the tests start their own, on free ports, with their own data.
set -eu

missing=
[ -x /usr/sbin/mariadbd ] || missing="$missing mariadb-server"
[ -x /usr/sbin/sshd ] || missing="$missing openssh-server"
# The judges of the shell scripts, the port and the manual pages.
for tool in bmake mandoc mksh shellcheck; do
	[ -x "/usr/bin/$tool" ] || [ -x "/bin/$tool" ] || missing="$missing $tool"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "install.sh: run as root to install:$missing" >&2
	exit 1
fi

# Packages must not start servers of their own while they are being installed.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' > "$policy"
	chmod 755 "$policy"
	trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of package names
apt-get install -y -qq --no-install-recommends $missing > /dev/null
