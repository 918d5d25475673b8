#!/bin/bash
# Runs in the virtual machine, against the engine as the package has installed and systemd has started it.
# What only such a machine has: cgroup v2, the systemd driver, AppArmor, project quotas, ipvlan, SCTP, NFS, a reboot.
# Argument: before or after (the reboot). A line for each check: "ok NAME" or "not ok NAME: what was seen".
set -u
failed=0

# Runs a check, at most two minutes of it. Arguments: name, function.
check() {
  local said code=0
  said=$(timeout -s KILL 120 bash -c "set -eu; $(declare -f "$2" d wait_for want state); $2" 2>&1) || code=$?
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
# Waits up to a minute for a command to succeed.
wait_for() {
  for _ in $(seq 120); do
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
runs_by_each_runtime() {
  want "$(d run --rm --runtime crun busybox echo hello)" hello
  want "$(d run --rm --runtime runc busybox echo hello)" hello
}
no_network() { want "$(d run --rm --network none busybox echo hello)" hello; }
apparmor() { d run --rm busybox cat /proc/self/attr/current | grep 'wharf-default (enforce)'; }
apparmor_unconfined() { want "$(d run --rm --security-opt apparmor=unconfined busybox cat /proc/self/attr/current)" unconfined; }
apparmor_denies() { if d run --rm --cap-add SYS_ADMIN busybox mount -t tmpfs x /mnt; then return 1; fi; }
memory() { want "$(d run --rm -m 64m busybox cat /sys/fs/cgroup/memory.max)" 67108864; }
memory_swap() { want "$(d run --rm -m 64m --memory-swap 96m busybox cat /sys/fs/cgroup/memory.swap.max)" 33554432; }
cpus() { want "$(d run --rm --cpus 0.5 busybox cat /sys/fs/cgroup/cpu.max)" '50000 100000'; }
shares() { want "$(d run --rm --cpu-shares 1024 busybox cat /sys/fs/cgroup/cpu.weight)" 39; }
cpuset() { want "$(d run --rm --cpuset-cpus 1 busybox cat /sys/fs/cgroup/cpuset.cpus.effective)" 1; }
pids() { want "$(d run --rm --pids-limit 20 busybox cat /sys/fs/cgroup/pids.max)" 20; }
block_weight() { d run --rm --device-read-bps /dev/vda:1mb busybox cat /sys/fs/cgroup/io.max | grep rbps=1048576; }
scope() {
  local id
  id=$(d run -d --name scope busybox sleep 1000)
  systemctl is-active "wharf-$id.scope"
  want "$(cut -d : -f 3 "/proc/$(d inspect -f '{{.State.Pid}}' scope)/cgroup")" "/system.slice/wharf-$id.scope"
  d rm -f scope
  wait_for sh -c "! systemctl is-active wharf-$id.scope"
  want "$(systemctl list-units --all --no-legend 'wharf-*' | grep -c "$id")" 0 || true
}
slice() {
  local id
  id=$(d run -d --name slice --cgroup-parent wharf-check.slice busybox sleep 1000)
  want "$(cut -d : -f 3 "/proc/$(d inspect -f '{{.State.Pid}}' slice)/cgroup")" "/wharf.slice/wharf-check.slice/wharf-$id.scope"
  d rm -f slice
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
update() {
  d run -d --name update -m 64m busybox sleep 1000 >/dev/null
  d update -m 128m --memory-swap 256m --cpus 1.5 --pids-limit 33 update >/dev/null
  want "$(d exec update sh -c 'cd /sys/fs/cgroup; cat memory.max cpu.max pids.max | tr "\n" ,')" '134217728,150000 100000,33,'
  d rm -f update
}
stats() {
  d run -d --name stats -m 64m busybox sh -c 'while :; do :; done' >/dev/null
  want "$(d stats --no-stream --format '{{.MemUsage}}' stats | sed 's,.*/ ,,')" 64MiB
  d stats --no-stream --format '{{.CPUPerc}} {{.PIDs}}' stats | grep -v '^0.00%'
  d rm -f stats
}
paused() {
  d run -d --name paused busybox sleep 1000 >/dev/null
  d pause paused
  want "$(d inspect -f '{{.State.Status}}' paused)" paused
  grep -q 1 "/sys/fs/cgroup$(cut -d : -f 3 "/proc/$(d inspect -f '{{.State.Pid}}' paused)/cgroup")/cgroup.freeze"
  d unpause paused
  d exec paused true
  d rm -f paused
}
cgroupns() { want "$(d run --rm busybox cat /proc/self/cgroup)" '0::/'; d run --rm --cgroupns host busybox cat /proc/self/cgroup | grep wharf-; }
exec_in() {
  d run -d --name execs busybox sleep 1000 >/dev/null
  want "$(d exec execs cat /proc/1/comm)" sleep
  want "$(d exec execs cat /proc/self/cgroup)" '0::/'
  d exec -d execs sleep 500
  wait_for sh -c 'docker top execs | grep "sleep 500"'
  d exec execs cat /proc/self/attr/current | grep wharf-default
  d stop -t 1 execs
  d rm execs
}
privileged() { d run --rm --privileged busybox sh -c 'mount -t tmpfs x /mnt && ls /dev/vda'; }
device() {
  want "$(d run --rm --device /dev/vda busybox sh -c 'head -c 1 /dev/vda | wc -c')" 1
  if d run --rm busybox sh -c "mknod /tmp/b b $((0x$(stat -c %t /dev/vda))) 0 && head -c 1 /tmp/b"; then return 1; fi
}
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
ipvlan_l3() {
  d network create -d ipvlan --subnet 10.79.0.0/24 -o parent=wire1 -o ipvlan_mode=l3 ipv3 >/dev/null
  d run -d --name one --network ipv3 busybox sleep 1000 >/dev/null
  d run --rm --network ipv3 busybox ping -c 1 one
  d rm -f one
  d network rm ipv3
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
  sleep 2
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
  mkfs.xfs -q /var/tmp/xfs.img
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
tmpfs_volume() { d run --rm --tmpfs /t:size=1m busybox sh -c 'df /t | grep tmpfs'; }
ulimits() { want "$(d run --rm --ulimit nofile=123:456 busybox sh -c 'ulimit -Sn; ulimit -Hn' | tr '\n' ' ')" '123 456 '; }
oom_score() { want "$(d run --rm busybox cat /proc/self/oom_score_adj)" 0; want "$(d run --rm --oom-score-adj 300 busybox cat /proc/self/oom_score_adj)" 300; }
sysctls() { want "$(d run --rm --sysctl net.core.somaxconn=77 busybox cat /proc/sys/net/core/somaxconn)" 77; }
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
quiet_journal() { if journalctl -b -u wharf.service -p warning -o cat | grep -v 'left-over\|Failed to set' | grep .; then return 1; fi; }
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
    ip link add wire0 type dummy; ip link set wire0 up
    ip link add wire1 type dummy; ip link set wire1 up
    for name in service addresses described runs no_network runs_by_each_runtime apparmor apparmor_unconfined apparmor_denies \
      memory memory_swap cpus shares cpuset pids block_weight scope slice oom oom_of_a_child update stats paused cgroupns \
      exec_in privileged device logs_journald published names ipv6 macvlan ipvlan ipvlan_l3 own_parents vlan sctp \
      quota_ext4 quota_xfs nfs tmpfs_volume ulimits oom_score sysctls health goes_on quiet_journal leave; do
      check "$name" "$name"
    done
    ;;
  after)
    for name in service restarted failure_restarted not_restarted removed network_kept volume_kept events_kept image_kept \
      boot_left_nothing runs; do
      check "$name" "$name"
    done
    ;;
esac
exit $((failed > 0))
