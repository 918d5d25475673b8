package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fields of the create request, one by one: a container is made with each, and looked into; JSON in single quotes. */
class OptionsTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final Pattern ID = Pattern.compile("\"Id\":\"([0-9a-f]{64})\"");

    private static Http.Reply create(String config, String host, String script) {
        String json = "{'Image':'busybox','Cmd':['sh','-c','" + script + "']" + (config.isEmpty() ? "" : "," + config)
                + ",'HostConfig':{" + host + "}}";
        // The last version that takes a hardware address for the whole container.
        return rig.http().post("/v1.41/containers/create", json.replace('\'', '"'));
    }

    private static String run(String config, String host, String script) {
        Http.Reply reply = create(config, host, script);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        Matcher id = ID.matcher(reply.body());
        assertThat(id.find()).isTrue();
        String path = "/containers/" + id.group(1);
        Http.Reply started = rig.http().post(path + "/start", null);
        if (started.status() != 204) {
            return started.body();
        }
        rig.http().post(path + "/wait", null);
        return rig.http().get(path + "/logs?stdout=1&stderr=1").body();
    }

    private static final String CONFIG_IS_SEEN_INSIDE = """
            'Hostname':'abc'|hostname|abc
            'Hostname':'abc','Domainname':'x.org'|hostname -f|abc.x.org
            'User':'www-data'|id|uid=33(www-data) gid=33(www-data)
            'User':'1234:daemon'|id|uid=1234 gid=1(daemon)
            'Env':['A=b c']|echo $A|b c
            'WorkingDir':'/made/here'|pwd|/made/here
            'Tty':true|tty|/dev/
            'Entrypoint':['echo','E']|x|E sh -c x
            'NetworkDisabled':true|ls /sys/class/net|lo
            'MacAddress':'02:42:ac:11:22:33'|cat /sys/class/net/eth0/address|02:42:ac:11:22:33
            'Labels':{'a':'b'},'StopTimeout':3,'OnBuild':['RUN x'],'Shell':['sh'],'ArgsEscaped':true|echo ok|ok
            """;

    private interface Row {
        void check(String[] columns);
    }

    /** Checks every row, whatever the ones before said. */
    private static void each(String table, int columns, Row row) {
        SoftAssertions all = new SoftAssertions();
        for (String line : table.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            all.assertThat(cells).as(line).hasSize(columns);
            all.assertThatCode(() -> row.check(cells)).as(line).doesNotThrowAnyException();
        }
        all.assertAll();
    }

    @Test
    void config_isSeenInside() {
        each(CONFIG_IS_SEEN_INSIDE, 3, row -> {
            String config = row[0];
            String script = row[1];
            String expected = row[2];
            assertThat(run(config, "", script)).contains(expected);
        });
    }

    private static final String HOST_CONFIG_IS_SEEN_INSIDE = """
            'CapAdd':['SYS_TIME'],'CapDrop':['ALL']|grep CapEff /proc/self/status|0000000002000000
            'CapDrop':['CHOWN']|chown 1 /tmp; true|not permitted
            'Dns':['192.0.2.1'],'DnsSearch':['s.org'],'DnsOptions':['ndots:3']|cat /etc/resolv.conf|nameserver 192.0.2.1
            'DnsSearch':['s.org']|cat /etc/resolv.conf|search s.org
            'DnsOptions':['ndots:3']|cat /etc/resolv.conf|options ndots:3
            'ExtraHosts':['other:192.0.2.2']|grep other /etc/hosts|192.0.2.2
            'GroupAdd':['nobody','77']|id -G|77
            'IpcMode':'none'|grep -c /dev/shm /proc/mounts|0
            'IpcMode':'host'|grep -c /dev/shm /proc/mounts|1
            'OomScoreAdj':500|cat /proc/self/oom_score_adj|500
            'PidMode':'host'|test $$ -gt 1 && echo shared|shared
            'UTSMode':'host'|cat /proc/sys/kernel/hostname|
            'Privileged':true|touch /sys/fs/cgroup/pids/x 2>/dev/null; ls /dev/vda* /dev/mem; grep Seccomp: /proc/self/status|Seccomp:\t0
            'Privileged':true|echo 1 > /proc/sys/vm/drop_caches && echo written|written
            'ReadonlyRootfs':true|touch /x; touch /dev/shm/x && echo fine|fine
            'ReadonlyRootfs':true|touch /x|Read-only
            'SecurityOpt':['no-new-privileges']|grep NoNewPrivs /proc/self/status|NoNewPrivs:\t1
            'SecurityOpt':['no-new-privileges=false']|grep NoNewPrivs /proc/self/status|NoNewPrivs:\t0
            'SecurityOpt':['seccomp=unconfined']|grep Seccomp: /proc/self/status|Seccomp:\t0
            'SecurityOpt':['apparmor=unconfined','label=disable']|grep Seccomp: /proc/self/status|Seccomp:\t2
            'Tmpfs':{'/t':'size=64k,mode=700'}|df -k /t; stat -c %a /t|700
            'ShmSize':1048576|df -k /dev/shm|1024
            'Sysctls':{'net.core.somaxconn':'77','kernel.msgmax':'99'}|cat /proc/sys/kernel/msgmax|99
            'MaskedPaths':[]|cat /proc/timer_list > /dev/null && grep -c /proc/kcore /proc/mounts|0
            'MaskedPaths':['/etc/passwd']|wc -c < /etc/passwd|0
            'ReadonlyPaths':['/tmp']|touch /tmp/x|Read-only
            'ReadonlyPaths':[]|grep -c /proc/sys /proc/mounts|0
            'Init':true|cat /proc/1/comm|docker-init
            'Devices':[{'PathOnHost':'/dev/null','PathInContainer':'/dev/nil','CgroupPermissions':'rwm'}]|ls -l /dev/nil|1,
            'DeviceCgroupRules':['c 1:7 rwm']|mknod /f c 1 7; echo x > /f|No space left
            'Ulimits':[{'Name':'nofile','Soft':11,'Hard':22}]|ulimit -n; ulimit -Hn|11
            'CgroupnsMode':'private'|grep memory /proc/self/cgroup|:/
            'Annotations':{'a.b':'c'},'ConsoleSize':[11,22]|echo ok|ok
            'Isolation':'default','UsernsMode':'host','CpuCount':0,'CpuPercent':0,'IOMaximumIOps':0|echo ok|ok
            'NetworkMode':'host'|ls /sys/class/net|lo
            'NetworkMode':'none'|ls /sys/class/net|lo
            'Runtime':'runc'|echo ok|ok
            'MemorySwappiness':-1,'OomKillDisable':false,'PidsLimit':0|echo ok|ok
            'LogConfig':{'Type':'json-file','Config':{'max-size':'1m'}}|echo ok|ok
            'Binds':null,'Links':null,'VolumesFrom':null,'ContainerIDFile':'/x'|echo ok|ok
            """;

    @Test
    void hostConfig_isSeenInside() {
        each(HOST_CONFIG_IS_SEEN_INSIDE, 3, row -> {
            String host = row[0];
            String script = row[1];
            String expected = row[2];
            assertThat(run("", host, script)).contains(expected);
        });
    }

    private static final String FIELD_THAT_CANNOT_BE_IS_REFUSED_AT_CREATE = """
            'WorkingDir':'x'||the working directory 'x' is invalid, it needs to be an absolute path
            'Env':['=x']||invalid environment variable: =x
            'Healthcheck':{'Interval':999}||Interval in Healthcheck cannot be less than 1ms
            |'RestartPolicy':{'Name':'always'},'AutoRemove':true|can't create 'AutoRemove' container with restart policy
            |'OomScoreAdj':2000|Invalid value 2000, range for oom score adj is [-1000, 1000]
            |'Memory':1000|Minimum memory limit allowed is
            |'ShmSize':-1|SHM size can not be less than 0
            |'PidMode':'x'|invalid PID mode: x
            |'IpcMode':'x'|invalid IPC mode: x
            |'PidMode':'container:nosuch'|No such container: nosuch
            |'IpcMode':'container:nosuch'|No such container: nosuch
            |'UTSMode':'x'|invalid UTS mode: x
            |'CgroupnsMode':'x'|invalid cgroup namespace mode: x
            |'CapAdd':['FLY']|unknown capability
            |'SecurityOpt':['what=x']|invalid --security-opt 2:
            |'SecurityOpt':['seccomp']|invalid --security-opt 1:
            |'ExtraHosts':['x']|bad format for add-host:
            |'NetworkMode':'container:x','Dns':['192.0.2.1']|conflicting options: dns and the network mode
            |'Links':['nobody:x']|could not get container for nobody: No such container: nobody
            |'Binds':['/a:/b:what']|invalid mode: what
            |'Binds':['/a:/b','/c:/b']|Duplicate mount point: /b
            |'Mounts':[{'Type':'bind','Source':'/nope/x','Target':'/x'}]|bind source path does not exist: /nope/x
            |'VolumesFrom':['nobody']|No such container: nobody
            |'VolumesFrom':['']|volumes-from specification cannot be an empty string
            |'StorageOpt':{'size':'1G'}|--storage-opt is supported only for overlay over xfs with 'pquota' mount option
            |'Isolation':'hyperv'|linux only supports 'default'
            |'IOMaximumBandwidth':1|QoS
            """;

    @Test
    void field_thatCannotBe_isRefusedAtCreate() {
        each(FIELD_THAT_CANNOT_BE_IS_REFUSED_AT_CREATE, 3, row -> {
            String config = row[0];
            String host = row[1];
            String message = row[2];
            Http.Reply reply = create(config, host, "true");
            assertThat(reply.status()).as(reply.body()).isIn(400, 500);
            assertThat(reply.body().replace("\\\"", "\"")).contains(message);
            assertThat(rig.ok("ps", "-aq")).isEmpty();
        });
    }

    private static final String FIELD_WITHOUT_USE_IS_DISCARDED_WITH_A_WARNING = """
            'KernelMemory':9999999|Specifying a kernel memory limit is deprecated and not supported
            'CpuPercent':5|linux does not support CPU percent. Percent discarded.
            'CpuCount':5|linux does not support a CPU count. Count discarded.
            'Cgroup':'container:x'|Cgroup discarded.
            'SecurityOpt':['apparmor=mine']|AppArmor is not enabled in your kernel. Profile mine discarded.
            'NetworkMode':'host','PortBindings':{'80/tcp':[{}]}|Published ports are discarded when using host network mode
            """;

    @Test
    @WharfOnly("20.10 keeps silent of some of these")
    void field_withoutUse_isDiscardedWithAWarning() {
        each(FIELD_WITHOUT_USE_IS_DISCARDED_WITH_A_WARNING, 2, row -> {
            String host = row[0];
            String warning = row[1];
            Http.Reply reply = create("", host, "true");
            assertThat(reply.status()).as(reply.body()).isEqualTo(201);
            assertThat(reply.body()).contains(warning);
        });
    }

    private static final String FIELD_THAT_CANNOT_BE_IS_REFUSED_AT_START = """
            'User':'nosuch'||unable to find user nosuch: no matching entries in passwd file
            |'GroupAdd':['nosuch']|Unable to find group nosuch
            'WorkingDir':'/etc/passwd'||Cannot mkdir: /etc/passwd is not a directory
            |'DeviceRequests':[{'Count':-1,'Capabilities':[['gpu']]}]|could not select device driver "" with capabilities: [[gpu]]
            |'Devices':[{'PathOnHost':'/dev/nosuch'}]|error gathering device information while adding custom device "/dev/nosuch": no such file or directory
            |'Runtime':'runc','Sysctls':{'kernel.threads-max':'1'}|sysctl "kernel.threads-max" is not in a separate kernel namespace
            |'NetworkMode':'container:nosuch'|No such container: nosuch
            """;

    @Test
    void field_thatCannotBe_isRefusedAtStart() {
        each(FIELD_THAT_CANNOT_BE_IS_REFUSED_AT_START, 3, row -> {
            String config = row[0];
            String host = row[1];
            String message = row[2];
            assertThat(run(config, host, "true").replace("\\\"", "\"")).contains(message);
        });
    }

    @Test
    @WharfOnly("20.10 passes it on to the kernel")
    void nulBytes_areRefusedByName() {
        for (String field : new String[] {"Env':['A=\\u0000']", "User':'\\u0000'", "Hostname':'\\u0000'"}) {
            Http.Reply reply = create("'" + field, "", "true");
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("Config.").contains("NUL byte");
        }
        assertThat(create("", "'Binds':['/a\\u0000:/b']", "true").body()).contains("HostConfig.Binds");
    }

    @Test
    @WharfOnly("20.10 takes names that are shorter than they may be")
    void endpointOfTheDefaultBridge_hasNoAddressOfItsOwn() {
        Http.Reply reply = rig.http()
                .post(
                        "/containers/create",
                        "{\"Image\":\"busybox\",\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":{\"IPAMConfig\":"
                                + "{\"IPv4Address\":\"192.0.2.7\"}}}}}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("user-specified IP address is supported on user-defined networks only");
    }
}
