# shellcheck shell=bash
# How an AOT cache is made: a daemon is driven through a first session, and writes down which classes that took.
# Sourced after lib.sh by bin/build and bin/package, never run.

# Drives a daemon through what a first session does, so that its classes are in the cache. Arguments: socket, image.
drive() {
  local api="http://localhost/v1.41" id
  call() { curl -s -m 30 --unix-socket "$1" "${@:2}"; }
  for path in _ping version info containers/json?all=1 images/json volumes networks; do
    call "$1" "$api/$path" >/dev/null || return
  done
  call "$1" -X POST -H 'Content-Type: application/x-tar' --data-binary "@$2" \
    "$api/images/create?fromSrc=-&repo=train&tag=1" >/dev/null || return
  for net in none bridge; do
    id=$(call "$1" -H 'Content-Type: application/json' "$api/containers/create" -d '{"Image":"train:1",
      "Cmd":["true"],"HostConfig":{"NetworkMode":"'$net'"}}' | sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
    # A host that cannot run containers still gets a cache for everything before.
    [ -n "$id" ] || continue
    call "$1" -X POST "$api/containers/$id/start" >/dev/null
    call "$1" -X POST "$api/containers/$id/wait" >/dev/null
    call "$1" "$api/containers/$id/json" >/dev/null
    call "$1" "$api/containers/$id/logs?stdout=1" >/dev/null
    call "$1" -X DELETE "$api/containers/$id?force=1" >/dev/null
  done
  drive_exec "$@"
  drive_network "$@"
}

# One in a network of the user's, with a port and names. Arguments as above.
drive_network() {
  local api="http://localhost/v1.41" json='Content-Type: application/json' id exec name
  call "$1" -H "$json" "$api/networks/create" -d '{"Name":"train"}' >/dev/null
  id=$(call "$1" -H "$json" "$api/containers/create?name=trainee" -d '{"Image":"train:1","Cmd":["sleep","100"],
    "ExposedPorts":{"80/tcp":{}},"HostConfig":{"NetworkMode":"train","PortBindings":{"80/tcp":[{"HostPort":""}]}}}' \
    | sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
  if [ -n "$id" ]; then
    call "$1" -X POST "$api/containers/$id/start" >/dev/null
    # The second one is asked on, of servers to which no way leads from here.
    for name in trainee train.invalid; do
      exec=$(call "$1" -H "$json" "$api/containers/$id/exec" -d '{"Cmd":["timeout","2","nslookup","'$name'"],
        "AttachStdout":true}' | sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
      call "$1" -H "$json" "$api/exec/$exec/start" -d '{}' >/dev/null
    done
    call "$1" "$api/networks/train" >/dev/null
    call "$1" -H "$json" "$api/networks/train/disconnect" -d '{"Container":"trainee"}' >/dev/null
    call "$1" -H "$json" "$api/networks/train/connect" -d '{"Container":"trainee"}' >/dev/null
    call "$1" "$api/containers/$id/json" >/dev/null
    call "$1" -X DELETE "$api/containers/$id?force=1" >/dev/null
  fi
  call "$1" -X DELETE "$api/networks/train" >/dev/null
}

# One that goes on: listed, entered, stopped. Arguments as above.
drive_exec() {
  local api="http://localhost/v1.41" json='Content-Type: application/json' id exec
  id=$(call "$1" -H "$json" "$api/containers/create" -d '{"Image":"train:1","Cmd":["sleep","100"]}' \
    | sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
  [ -n "$id" ] || return 0
  call "$1" -X POST "$api/containers/$id/start" >/dev/null
  for _ in 1 2 3; do
    call "$1" "$api/containers/json" >/dev/null
    exec=$(call "$1" -H "$json" "$api/containers/$id/exec" -d '{"Cmd":["true"],"AttachStdout":true}' \
      | sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
    call "$1" -H "$json" -H 'Connection: Upgrade' -H 'Upgrade: tcp' "$api/exec/$exec/start" -d '{}' >/dev/null
    call "$1" "$api/exec/$exec/json" >/dev/null
  done
  call "$1" -H "$json" "$api/volumes/create" -d '{"Name":"train"}' >/dev/null
  call "$1" "$api/system/df" >/dev/null
  call "$1" -X DELETE "$api/volumes/train" >/dev/null
  call "$1" -X POST "$api/containers/$id/stop?t=0" >/dev/null
  call "$1" -X DELETE "$api/containers/$id" >/dev/null
}

# Makes the AOT cache of the run directory $run with a JDK's or a runtime's java. Fails, with words, where it cannot be
# made. Arguments: java, file.
train_cache() {
  local java=$1 file=$2 dir pid socket code=0
  dir=$(mktemp -d /tmp/wharf-train.XXXXXX)
  socket=$dir/d.sock
  jvm_flags "-XX:AOTCacheOutput=$dir/wharf.aot"
  busybox_tar "$dir/image.tar" 2>/dev/null || : >"$dir/image.tar"
  # In namespaces of its own: no bridge, rule or mount of the training is ever seen on this machine.
  unshare -m -n "$java" "${jvm[@]}" io.wharf.daemon.Main --data-root "$dir/data" --exec-root "$dir/exec" \
    --pidfile "$dir/pid" -H "unix://$socket" </dev/null >"$dir/log" 2>&1 &
  pid=$!
  # Also where whoever wanted it gives up: a daemon that is left would go on for ever.
  trap 'kill -TERM $pid 2>/dev/null; wait $pid; rm -rf --one-file-system "$dir"' EXIT
  for _ in $(seq 300); do
    if answers "$socket" || ! kill -0 $pid 2>/dev/null; then break; fi
    sleep 0.1
  done
  drive "$socket" "$dir/image.tar" || code=1
  kill -TERM $pid 2>/dev/null || true
  wait $pid || true
  trap - EXIT
  # The cache must be usable with exactly the flags and the class path of every later start.
  jvm_flags "-XX:AOTCache=$dir/wharf.aot" -XX:AOTMode=on
  if [ $code = 0 ] && [ -s "$dir/wharf.aot" ] && "$java" "${jvm[@]}" -version >>"$dir/log" 2>&1; then
    mv "$dir/wharf.aot" "$file"
  else
    code=1
    say "the AOT cache could not be made, going on without: the daemon will start more slowly. The end of its log:"
    tail -n 5 "$dir/log" >&2
  fi
  # One file system only: nothing that might still be mounted here is ever descended into.
  rm -rf --one-file-system "$dir" 2>/dev/null || true
  return $code
}
