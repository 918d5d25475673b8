# shellcheck shell=bash
# What the scripts of bin/ share: words, JDK, packages, the run directory, the small image. Sourced, never run.

root=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd -P)
run=$root/engine/daemon/target/wharf
tools=$root/bin/.tools
state=/var/run/wharf
# Taken from the environment of nobody: they would change the daemon's JVM, or print into its output.
unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JDK_AOT_VM_OPTIONS

say() { printf 'wharf: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

need_root() { [ "$(id -u)" = 0 ] || die "${0##*/} needs root: sudo $0"; }

# The main version of the JDK at this home, in $version; 0 where there is none. Starts no process, for each start asks.
jdk_version() {
  local line
  version=0
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  while IFS= read -r line; do
    case $line in JAVA_VERSION=\"*) line=${line#*\"} version=${line%%[!0-9]*} ;; esac
  done <"$1/release"
}

# Sets home to that of a JDK 25 or newer: JAVA_HOME, then PATH, then /usr/lib/jvm.
find_jdk() {
  local javac version
  javac=$(type -P javac || true)
  for home in "${JAVA_HOME:-}" PATH /usr/lib/jvm/*; do
    [ "$home" != PATH ] || { [ -n "$javac" ] && home=$(readlink -f "$javac") && home=${home%/bin/javac}; } || continue
    [ -n "$home" ] || continue
    jdk_version "$home"
    [ "${version:-0}" -lt 25 ] || return 0
  done
  die "no JDK 25 found in JAVA_HOME, PATH or /usr/lib/jvm. Install one (for instance Temurin 25 from adoptium.net)" \
    "or set JAVA_HOME to it."
}

use_jdk() {
  local home
  find_jdk
  JAVA_HOME=$home
  PATH=$JAVA_HOME/bin:$PATH
  export JAVA_HOME PATH
}

# Installs those of the packages whose proof is missing. Arguments: package=proof, where the proof is a command, a
# path, or lib:NAME for a shared library. Needs root and the network only when something is missing.
install_missing() {
  local pair proof missing=()
  for pair in "$@"; do
    proof=${pair#*=}
    case $proof in
      /*) [ -e "$proof" ] ;;
      # Not grep -q, which leaves at the first line: a writer's broken pipe would count as a failure.
      lib:*) /sbin/ldconfig -p | grep "^[[:space:]]*${proof#lib:}" >/dev/null ;;
      *) PATH=$PATH:/usr/sbin:/sbin command -v "$proof" >/dev/null ;;
    esac || missing+=("${pair%%=*}")
  done
  [ ${#missing[@]} = 0 ] && return
  [ "$(id -u)" = 0 ] || die "these Debian packages are missing: ${missing[*]}. Install them, or run this as root."
  say "installing ${missing[*]}"
  apt_get install -y --no-install-recommends "${missing[@]}" || die "apt-get could not install ${missing[*]}"
}

# Runs apt-get quietly; where it fails, once more with fresh package lists.
apt_get() {
  local log
  log=$(mktemp)
  if DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null >"$log" 2>&1 \
    || { apt-get -qq update >>"$log" 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null >>"$log" 2>&1; }; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
}

# Prints the path of a program: the one on the PATH, else unpacked from its Debian package into bin/.tools, so that no
# service of that package starts on this machine. Arguments: package, path of the program in the package.
tool() {
  local name=${2##*/} work
  if PATH=$PATH:/usr/sbin:/sbin command -v "$name"; then return; fi
  if [ ! -x "$tools/$name" ]; then
    say "no $name on the PATH: unpacking it from Debian's $1 to $tools/$name"
    mkdir -p "$tools"
    work=$(mktemp -d "$tools/unpack.XXXXXX")
    chmod 755 "$work"
    (cd "$work" && apt_get download "$1" && dpkg -x ./"$1"_*.deb . && mv ".$2" "$tools/$name") \
      || { rm -rf "$work"; die "could not get $name from Debian's package $1"; }
    rm -rf "$work"
  fi
  printf '%s\n' "$tools/$name"
}

# Prints the path of a Go program, which is built from its module's release where it is not there yet.
go_tool() {
  local name=$1 package=$2 release=$3 work
  if [ ! -x "$tools/$name" ]; then
    say "no $name: building it from $package $release"
    mkdir -p "$tools"
    work=$(mktemp -d "$tools/unpack.XXXXXX")
    (cd "$work" && go mod init tool && go get -tool "$package@$release" && go build -o "$tools/$name" "$package") >/dev/null 2>&1 \
      || { rm -rf "$work"; die "could not build $package"; }
    rm -rf "$work"
  fi
  printf '%s\n' "$tools/$name"
}

# Prints the path of a Python program of a release, in a folder of its own where it is not there yet. Arguments: program,
# package, release.
python_tool() {
  local home=$tools/$2-$3
  if [ ! -x "$home/bin/$1" ]; then
    python3 -c 'import ensurepip' 2>/dev/null || install_missing python3-venv=/usr/lib/python3/ensurepip
    say "no $1: installing $2 $3 from PyPI to $home"
    rm -rf "$home"
    mkdir -p "$tools" && python3 -m venv "$home" >&2 && "$home/bin/pip" install -q "$2==$3" >&2 \
      || { rm -rf "$home"; die "could not install $2 $3"; }
  fi
  printf '%s\n' "$home/bin/$1"
}

# Prints the folder of openapi-generator, with what its Java and TypeScript clients need to compile.
client_generator() {
  local home=$tools/openapi-generator-7.14.0 one
  if [ ! -e "$home/complete" ]; then
    say "no openapi-generator: fetching it from Maven Central, and TypeScript from npm, to $home"
    rm -rf "$home" && mkdir -p "$home/lib"
    (
      cd "$home"
      fetch() { mvn -q -B -ntp dependency:copy -Dartifact="$1" -DoutputDirectory="$2" -Dmdep.stripVersion=true </dev/null; }
      fetch org.openapitools:openapi-generator-cli:7.14.0 "$home" || exit
      for one in com.fasterxml.jackson.core:jackson-{databind,core,annotations}:2.18.2 \
        com.fasterxml.jackson.datatype:jackson-datatype-jsr310:2.18.2 jakarta.annotation:jakarta.annotation-api:2.1.1 \
        org.apache.httpcomponents:{httpmime:4.5.14,httpclient:4.5.14,httpcore:4.4.16}; do
        fetch "$one" "$home/lib" || exit
      done
      npm install --no-audit --no-fund --silent --prefix "$home" typescript@5.9.2 @types/node@20 && touch complete
    ) >&2 || die "could not fetch openapi-generator"
  fi
  printf '%s\n' "$home"
}

# What containers need at run time.
install_runtime() {
  install_missing crun=crun runc=runc conmon=conmon libnftables1=lib:libnftables.so.1 tini=tini \
    libdeflate0=lib:libdeflate.so.0 \
    busybox-static=/bin/busybox ca-certificates=/etc/ssl/certs/ca-certificates.crt curl=curl
}

# The class path of all jars in a folder, ours first: what is looked for by name in each in turn, as the log's set-up
# is, is found before the others are opened. Arguments: folder.
class_path() { (shopt -s nullglob; LC_ALL=C; printf '%s\n' "$1"/wharf-daemon-*.jar "$1"/wharf-[!d]*.jar "$1"/[!w]*.jar "$1"/w[!h]*.jar) | paste -sd:; }

# Fills the array jvm with the daemon's flags and its class path. First argument: none, or the AOT cache's flag.
jvm_flags() {
  local line
  jvm=()
  while IFS= read -r line; do
    case $line in '' | '#'*) ;; *) jvm+=("${line//%RUN%/$run}") ;; esac
  done <"$root/bin/jvm-flags"
  [ $# = 0 ] || jvm+=("$@")
  jvm+=(-cp "$(<"$run/classpath")")
}

# True when the engine at this socket answers. Arguments: socket.
answers() { [ -S "$1" ] && [ "$(curl -s -m 5 --unix-socket "$1" http://localhost/_ping)" = OK ]; }

# The pid of the daemon that bin/up started, if it lives and is ours.
daemon_pid() {
  local pid
  pid=$(cat "$state/wharfd.pid" 2>/dev/null) && [ -n "$pid" ] \
    && { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -q 'io\.wharf\.daemon\.Main' && printf '%s\n' "$pid"
}

# Writes a small root file system as a tar: busybox, a link for each applet, and the files that name users. Argument: file.
busybox_tar() {
  : "${1:?busybox_tar wants a file}"
  local dir
  dir=$(mktemp -d) || return
  (
    cd "$dir" && mkdir -p bin dev etc home proc root sys tmp usr/bin usr/sbin sbin var/spool/mail
    chmod 1777 tmp
    cp /bin/busybox bin/busybox
    /bin/busybox --list-full | sed 's,^linuxrc$,bin/linuxrc,' | while read -r applet; do
      [ -e "bin/${applet##*/}" ] || printf '%s\0' "bin/${applet##*/}"
    done | xargs -0 -n 1 /bin/busybox ln bin/busybox
    printf '%s\n' root:x:0:0:root:/root:/bin/sh daemon:x:1:1:daemon:/usr/sbin:/bin/false \
      www-data:x:33:33:www-data:/var/www:/bin/false nobody:x:65534:65534:nobody:/home:/bin/false >etc/passwd
    printf '%s\n' root:x:0: daemon:x:1: www-data:x:33: nobody:x:65534: >etc/group
    tar --numeric-owner --owner=0 --group=0 --mtime=@0 --sort=name -cf - .
  ) >"$1.part" && mv "$1.part" "$1"
  local code=$?
  rm -rf "$dir"
  return $code
}
