#!/bin/bash
# Runs in the virtual machine, against the engine as the package has installed and systemd has started it.
# What only such a machine has: cgroup v2, the systemd driver, AppArmor, project quotas, ipvlan, SCTP, NFS, a reboot.
# Arguments: before or after (the reboot), names of checks with commas between them (else all). A line for each check: "ok NAME" or "not ok NAME: what was seen".
set -u
failed=0

# Runs a check, at most ten minutes of it. Arguments: name, function.
check() {
  local said code=0
  said=$(timeout -s KILL 600 bash -c "set -eu; $(declare -f "$2" d wait_for want state); $2" 2>&1) || code=$?
  if [ $code = 0 ]; then
    echo "ok $1"
  else
    echo "not ok $1: $(tail -n 4 <<<"$said" | tr '\n' '|')"
    failed=$((failed + 1))
  fi
}
d() { docker "$@"; }
# Fails, with both, unless the first is the second.
want() { [ "$1" = "$2" ] || { echo "got '$1', not '$2'"; return 1; }; }
# Waits up to two minutes for a command to succeed.
wait_for() {
  for _ in $(seq 240); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.5
  done
  echo "in vain: $*"
  return 1
}

service() { want "$(systemctl is-active wharf.service)" active; d version >/dev/null; }
addresses() { want "$(curl -s --unix-socket /run/wharf/wharf.sock http://x/_ping)" OK; want "$(stat -c %a:%U:%G /run/docker.sock)" 660:root:docker; }
described() { want "$(d info -f '{{.CgroupDriver}} {{.CgroupVersion}}')" 'systemd 2'; d info -f '{{.SecurityOptions}}' | grep apparmor; }
runs() { want "$(d run --rm busybox echo hello)" hello; }
runs_by_runc() { want "$(d run --rm --runtime runc --network none busybox echo hello)" hello; }
# One container has all that can be limited; the checks after this one look at it from inside and outside.
box() {
  local id
  d run -d --name box -m 64m --memory-swap 96m --cpus 0.5 --cpu-shares 1024 --cpuset-cpus 1 --pids-limit 20 \
    --device-read-bps "/dev/vda:1mb" --ulimit nofile=123:456 --sysctl net.core.somaxconn=77 --oom-score-adj 300 \
    --tmpfs /t:size=1m --device /dev/vda busybox sleep 100000
}
limits() {
  want "$(d exec box sh -c 'cd /sys/fs/cgroup; cat memory.max memory.swap.max cpu.max cpu.weight cpuset.cpus.effective pids.max io.max |
    tr "\n" ,')" "67108864,33554432,50000 100000,39,1,20,$(stat -c %Hr:%Lr /dev/vda) rbps=1048576 wbps=max riops=max wiops=max,"
}
limits_of_the_process() {
  want "$(d exec box sh -c 'ulimit -Sn; ulimit -Hn; cat /proc/sys/net/core/somaxconn /proc/1/oom_score_adj | tr "\n" ,' | tr '\n' ,)" \
    123,456,77,300,
}
scope() {
  local id
  id=$(d inspect -f '{{.Id}}' box)
  want "$(systemctl is-active "wharf-$id.scope")" active
  want "$(cut -d : -f 3 "/proc/$(d inspect -f '{{.State.Pid}}' box)/cgroup")" "/system.slice/wharf-$id.scope/container"
}
apparmor() { want "$(d exec box cat /proc/1/attr/current /proc/self/attr/current | tr '\n' ,)" 'wharf-default (enforce),wharf-default (enforce),'; }
own_cgroups() { want "$(d exec box cat /proc/self/cgroup)" '0::/'; }
devices() {
  want "$(d exec box sh -c 'head -c 1 /dev/vda | wc -c')" 1
  if d exec box sh -c "mknod /tmp/b b $((0x$(stat -c %t /dev/vdb))) $((0x$(stat -c %T /dev/vdb))) && head -c 1 /tmp/b"; then return 1; fi
}
update() {
  d update -m 128m --memory-swap 256m --cpus 1.5 --pids-limit 33 box
  now() { d exec box sh -c 'cd /sys/fs/cgroup; cat memory.max memory.swap.max cpu.max pids.max | tr "\n" ,'; }
  want "$(now)" '134217728,134217728,150000 100000,33,'
  # systemd writes down again what it was told of the scope.
  systemctl daemon-reload
  want "$(now)" '134217728,134217728,150000 100000,33,'
}
stats() { want "$(d stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' box | sed 's,.*/ ,,')" '128MiB 1'; }
paused() {
  local frozen
  frozen=/sys/fs/cgroup$(cut -d : -f 3 "/proc/$(d inspect -f '{{.State.Pid}}' box)/cgroup")/cgroup.events
  d pause box
  want "$(d inspect -f '{{.State.Status}}' box)" paused
  grep 'frozen 1' "$frozen"
  d unpause box
  grep 'frozen 0' "$frozen"
}
exec_detached() {
  d exec -d box sleep 500
  wait_for sh -c 'docker top box | grep "sleep 500"'
}
stopped() {
  local id
  id=$(d inspect -f '{{.Id}}' box)
  d stop -t 1 box
  want "$(d inspect -f '{{.State.ExitCode}}' box)" 137
  wait_for sh -c "! systemctl is-active wharf-$id.scope"
  want "$(find /sys/fs/cgroup -name "*$id*" | wc -l)" 0
  d rm box
}
slice() {
  local id
  id=$(d run -d --name slice --cgroup-parent wharf-check.slice --runtime runc --cgroupns host --security-opt apparmor=unconfined busybox sleep 1000)
  want "$(cut -d : -f 3 "/proc/$(d inspect -f '{{.State.Pid}}' slice)/cgroup")" "/wharf.slice/wharf-check.slice/wharf-$id.scope"
  want "$(d exec slice cat /proc/1/attr/current)" unconfined
  d exec slice cat /proc/self/cgroup | grep "wharf-$id"
  d rm -f slice
}
apparmor_denies() {
  if d run --rm --cap-add SYS_ADMIN --tmpfs /m busybox mount -t tmpfs x /m >/tmp/denied 2>&1; then return 1; fi
  grep -i 'denied' /tmp/denied
}
oom() {
  d run -d --name oom -m 16m busybox sh -c 'x=a; while :; do x=$x$x; done' >/dev/null
  want "$(d wait oom)" 137
  want "$(d inspect -f '{{.State.OOMKilled}}' oom)" true
  d rm oom
}
oom_of_a_child() {
  d run -d --name oomchild -m 16m busybox sh -c '(x=a; while :; do x=$x$x; done); sleep 1; exit 3' >/dev/null
  d wait oomchild
  want "$(d inspect -f '{{.State.OOMKilled}}' oomchild)" true
  d rm oomchild
}
privileged() { d run --rm --privileged busybox sh -c 'mkdir /m && mount -t tmpfs x /m && ls /dev/vda'; }
logs_journald() {
  d run --rm --log-driver journald --name journal busybox echo to the journal
  wait_for sh -c 'journalctl CONTAINER_NAME=journal | grep "to the journal"'
}
published() {
  d run -d --name web -p 8080:80 busybox sh -c 'echo page >index.html; exec httpd -f -p 80' >/dev/null
  wait_for curl -s http://127.0.0.1:8080
  want "$(curl -s http://127.0.0.1:8080)" page
  want "$(curl -s "http://$(hostname -I | cut -d ' ' -f 1):8080")" page
  d rm -f web
}
names() {
  d network create names >/dev/null
  d run -d --name there --network names busybox sleep 1000 >/dev/null
  d run --rm --network names busybox ping -c 1 there
  d rm -f there
  d network rm names
}
ipv6() {
  d network create --ipv6 --subnet fd00:1::/64 six >/dev/null
  d run -d --name six --network six busybox sleep 1000 >/dev/null
  d run --rm --network six busybox ping -6 -c 1 six
  d rm -f six
  d network rm six
}
macvlan() {
  d network create -d macvlan --subnet 10.77.0.0/24 -o parent=wire0 mac >/dev/null
  d run -d --name one --network mac busybox sleep 1000 >/dev/null
  d run --rm --network mac busybox ping -c 1 one
  d rm -f one
  d network rm mac
}
ipvlan() {
  d network create -d ipvlan --subnet 10.78.0.0/24 -o parent=wire1 ipv >/dev/null
  d run -d --name one --network ipv busybox sleep 1000 >/dev/null
  d run --rm --network ipv busybox ping -c 1 one
  d rm -f one
  d network rm ipv
}
own_parents() {
  d network create -d ipvlan --internal --subnet 10.80.0.0/24 own >/dev/null
  d network create -d macvlan --internal --subnet 10.81.0.0/24 own2 >/dev/null
  d run -d --name one --network own busybox sleep 1000 >/dev/null
  d run -d --name two --network own2 busybox sleep 1000 >/dev/null
  d run --rm --network own busybox ping -c 1 one
  d run --rm --network own2 busybox ping -c 1 two
  ip -br link show type dummy | grep '^d[mi]-'
  d rm -f one two
  d network rm own own2
}
vlan() {
  d network create -d macvlan --subnet 10.82.0.0/24 -o parent=wire0.50 tagged >/dev/null
  d run --rm --network tagged busybox ip address
  ip -br link show wire0.50
  d network rm tagged
  if ip link show wire0.50; then return 1; fi
}
sctp() {
  d run -d --name sctp -p 7777:7777/sctp busybox sleep 1000 >/dev/null
  nsenter -n -t "$(d inspect -f '{{.State.Pid}}' sctp)" socat -u SCTP-LISTEN:7777 CREATE:/tmp/sctp.got &
  wait_for nsenter -n -t "$(d inspect -f '{{.State.Pid}}' sctp)" grep 7777 /proc/net/sctp/eps
  echo by sctp | socat -u - "SCTP:$(hostname -I | cut -d ' ' -f 1):7777"
  wait_for grep -q 'by sctp' /tmp/sctp.got
  d rm -f sctp
}
quota_ext4() {
  d volume create -o size=10m small >/dev/null
  if d run --rm --cap-drop ALL --user 1000 -v small:/v busybox sh -c 'dd if=/dev/zero of=/v/f bs=1M count=20'; then return 1; fi
  d volume rm small
}
# As above, of which not even root is free there.
quota_xfs() {
  truncate -s 600M /var/tmp/xfs.img
  mkfs.xfs -q -f /var/tmp/xfs.img
  mkdir -p /mnt/xfs
  mount -o loop,prjquota /var/tmp/xfs.img /mnt/xfs
  wharfd -H unix:///run/xfs.sock --data-root /mnt/xfs/data --exec-root /run/xfs --pidfile /run/xfs.pid --bridge xfs0 --bip 10.99.0.1/24 >/tmp/xfs.log 2>&1 &
  wait_for curl -s --unix-socket /run/xfs.sock http://x/_ping
  docker -H unix:///run/xfs.sock import -c 'CMD ["sh"]' /srv/project/src/test/target/busybox.tar busybox >/dev/null
  docker -H unix:///run/xfs.sock volume create -o size=10m small
  if docker -H unix:///run/xfs.sock run --rm -v small:/v busybox sh -c 'dd if=/dev/zero of=/v/f bs=1M count=20'; then return 1; fi
  if docker -H unix:///run/xfs.sock run --rm --storage-opt size=20m busybox sh -c 'dd if=/dev/zero of=/f bs=1M count=40'; then return 1; fi
  docker -H unix:///run/xfs.sock run --rm --storage-opt size=60m busybox sh -c 'dd if=/dev/zero of=/f bs=1M count=40'
  kill "$(cat /run/xfs.pid)"
  wait
  umount /mnt/xfs
}
nfs() {
  mkdir -p /export
  echo from the server >/export/file
  exportfs -o rw,no_root_squash,insecure,fsid=0 127.0.0.1:/export
  d volume create -o type=nfs -o o=addr=127.0.0.1,rw,nfsvers=4 -o device=:/ nfs >/dev/null
  want "$(d run --rm -v nfs:/v busybox cat /v/file)" 'from the server'
  d run --rm -v nfs:/v busybox sh -c 'echo back >/v/back'
  want "$(cat /export/back)" back
  d volume rm nfs
}
health() {
  d run -d --name health --health-cmd true --health-interval 1s busybox sleep 1000 >/dev/null
  wait_for sh -c 'docker inspect -f "{{.State.Health.Status}}" health | grep -x healthy'
  d rm -f health
}
# The engine goes, by order and by force: the same process runs on, and the next engine has it.
goes_on() {
  local was
  d run -d --name on -p 8081:80 busybox sh -c 'echo page >index.html; exec httpd -f -p 80' >/dev/null
  was=$(d inspect -f '{{.State.Pid}}' on)
  systemctl stop wharf.service wharf.socket wharf-docker.socket
  wait_for curl -s http://127.0.0.1:8081
  systemctl start wharf-docker.socket wharf.socket
  want "$(d inspect -f '{{.State.Pid}}' on)" "$was"
  systemctl kill -s KILL --kill-who=main wharf.service
  want "$(curl -s http://127.0.0.1:8081)" page
  wait_for docker ps
  want "$(d inspect -f '{{.State.Pid}}' on)" "$was"
  systemctl restart wharf.service
  want "$(d inspect -f '{{.State.Pid}} {{.State.Status}}' on)" "$was running"
  dpkg --force-unsafe-io -i /srv/wharf.deb >/dev/null
  wait_for docker ps
  want "$(d inspect -f '{{.State.Pid}} {{.State.Status}}' on)" "$was running"
  d rm -f on
}
# By the words of the lines: all that a service prints has one priority. What systemd says of the service is not counted, as
# of monitors that run on while the engine is away; nor are event loops that an emulated processor holds up.
quiet_journal() {
  if journalctl -b _SYSTEMD_UNIT=wharf.service -o cat | grep -E '^[^ ]+ (WARN|ERROR) ' | grep -v BlockedThreadChecker; then return 1; fi
}
# What is looked for after the reboot.
leave() {
  d network create --subnet 10.90.0.0/24 kept >/dev/null
  d volume create kept >/dev/null
  d run --rm -v kept:/v busybox sh -c 'echo words >/v/file'
  d run -d --name always --restart always --network kept --ip 10.90.0.9 -p 8082:80 -v kept:/v busybox sh -c 'exec httpd -f -p 80 -h /v' >/dev/null
  d run -d --name unless --restart unless-stopped busybox sleep 100000 >/dev/null
  d run -d --name stopped --restart unless-stopped busybox sleep 100000 >/dev/null
  d run -d --name never busybox sleep 100000 >/dev/null
  d run -d --name failure --restart on-failure busybox sleep 100000 >/dev/null
  d run -d --name gone --rm busybox sleep 100000 >/dev/null
  d stop -t 1 stopped
  sync
}

state() { d inspect -f '{{.State.Status}} {{.State.ExitCode}}' "$1"; }
restarted() { wait_for sh -c 'docker ps --format "{{.Names}}" | grep -x always'; want "$(state always)" 'running 0'; want "$(state unless)" 'running 0'; }
failure_restarted() { want "$(state failure)" 'running 0'; }
not_restarted() { want "$(state never)" 'exited 255'; want "$(state stopped | cut -d ' ' -f 1)" exited; }
removed() { if d inspect gone; then return 1; fi; }
network_kept() { want "$(d inspect -f '{{.NetworkSettings.Networks.kept.IPAddress}}' always)" 10.90.0.9; d run --rm --network kept busybox ping -c 1 always; }
volume_kept() { want "$(curl -s http://127.0.0.1:8082/file)" words; }
events_kept() { d events --since 1h --until 1s --filter container=never --format '{{.Action}}' | grep -x die; }
image_kept() { d image inspect busybox >/dev/null; }
boot_left_nothing() { want "$(find /sys/fs/cgroup -name "wharf-$(d inspect -f '{{.Id}}' never)*" | wc -l)" 0; }

case ${1:?before or after} in
  before)
    ip link add wire0 type dummy 2>/dev/null; ip link set wire0 up
    ip link add wire1 type dummy 2>/dev/null; ip link set wire1 up
    for name in service addresses described runs runs_by_runc box limits limits_of_the_process scope apparmor own_cgroups \
      devices update stats paused exec_detached stopped slice apparmor_denies oom oom_of_a_child privileged health \
      logs_journald published names ipv6 macvlan ipvlan own_parents vlan sctp quota_ext4 quota_xfs nfs goes_on \
      quiet_journal leave; do
      [ $# = 1 ] || [[ ,$2, = *,$name,* ]] || continue
      check "$name" "$name"
    done
    ;;
  after)
    wait_for systemctl is-active wharf.service
    wait_for docker version
    for name in service restarted failure_restarted not_restarted removed network_kept volume_kept events_kept image_kept \
      boot_left_nothing runs; do
      check "$name" "$name"
    done
    ;;
esac
exit $((failed > 0))
