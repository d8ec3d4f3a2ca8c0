using System.Formats.Tar;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>Build scripts that try to get out, to see, to stay or to use up the machine.</summary>
public sealed class HostileBuildTests(SandboxFixture fixture)
{
    private const string NeedsRoot = "Without root there are neither control groups nor users of their own.";

    private static readonly SandboxExit Succeeded = new(SandboxExitReason.Exited, 0);

    [Fact]
    public async Task Build_WhenItReadsHostFiles_FindsNone()
    {
        // Open to every user of this machine, so that only not being there protects it.
        var folder = Directory.CreateTempSubdirectory("libra-open-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)Convert.ToInt32("755", 8));
        var secret = Path.Combine(folder.FullName, "secret.txt");
        await File.WriteAllTextAsync(secret, "host-secret", TestContext.Current.CancellationToken);
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);

        await open.RunScriptAsync($$"""
            import fs from 'node:fs';
            const paths = ['{{secret}}', '/proc/1/root{{secret}}', '/proc/self/root{{secret}}', '/etc/shadow', '/root', '/home', '/var', '/sys', '/dev/vda', '/store', '{{fixture.DataDirectory}}'];
            for (const path of paths) {
              try { console.log('read', path, fs.statSync(path).isDirectory() ? fs.readdirSync(path) : fs.readFileSync(path, 'utf8')); } catch (e) { console.log('refused', e.code); }
            }
            console.log(fs.readdirSync('/home'));
            """);
        folder.Delete(recursive: true);

        open.Output.Should().NotContain("host-secret").And.NotContain("read /root").And.NotContain("read /etc").And.NotContain("read /var")
            .And.NotContain("read /sys").And.NotContain("read /dev").And.NotContain("read /store").And.NotContain(
                $"read {fixture.DataDirectory}");
        open.Output.Should().Contain("read /home [ 'build' ]", "the script did run").And.Contain("refused ENOENT");
    }

    [Fact]
    public async Task Build_WhenItLooksForHostProcesses_SeesItsOwnOnly()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);

        await open.RunScriptAsync($$"""
            import fs from 'node:fs';
            const ids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
            console.log('highest', Math.max(...ids));
            try { process.kill({{Environment.ProcessId}}, 0); console.log('reached'); } catch (e) { console.log('signal', e.code); }
            """);

        open.Output.Should().MatchRegex("highest [0-9]{1,2}\n").And.Contain("signal ESRCH");
    }

    [Fact]
    public async Task Build_WhenItReadsEnvironments_FindsNothingOfTheService()
    {
        Environment.SetEnvironmentVariable("LIBRA_TEST_SECRET", "environment-secret");
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);

        await open.RunScriptAsync("""
            import fs from 'node:fs';
            for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) console.log(id, fs.readFileSync(`/proc/${id}/environ`, 'utf8'));
            console.log('own', Object.keys(process.env).sort().join());
            """);

        open.Output.Should().NotContain("environment-secret").And.Contain("own ASTRO_TELEMETRY_DISABLED,CI,");
        open.Output.Split("own ")[1].Split('\n')[0].Split(',').Should().BeSubsetOf(
            ["ASTRO_TELEMETRY_DISABLED", "CI", "CIRCLE_NODE_TOTAL", "HOME", "LANG", "NEXT_TELEMETRY_DISABLED", "NODE_ENV", "NODE_EXTRA_CA_CERTS",
             "NODE_OPTIONS", "OLDPWD", "PATH", "PNPM_CONFIG_PM_ON_FAIL", "PNPM_CONFIG_RUNTIME_ON_FAIL", "PNPM_CONFIG_VERIFY_DEPS_BEFORE_RUN",
             "PWD", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR", "WRANGLER_LOG_PATH", "WRANGLER_SEND_METRICS", "XDG_CONFIG_HOME"]);
    }

    [Fact]
    public async Task Build_WhenItConnectsToAServiceOfTheHost_ReachesNothing()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);

        await open.RunScriptAsync($$"""
            import net from 'node:net';
            import dns from 'node:dns/promises';
            import fs from 'node:fs';
            const attempt = (name, options) => new Promise((done) => {
              const socket = net.connect(options, () => { console.log(name, 'connected'); socket.destroy(); done(); });
              socket.on('error', (e) => { console.log(name, e.code); done(); });
              socket.setTimeout(3000, () => { console.log(name, 'silence'); socket.destroy(); done(); });
            });
            await attempt('loopback', { host: '127.0.0.1', port: {{((IPEndPoint)listener.LocalEndpoint).Port}} });
            await attempt('internet', { host: '1.1.1.1', port: 443 });
            await attempt('metadata', { host: '169.254.169.254', port: 80 });
            await dns.lookup('example.com').then(() => console.log('dns answered'), (e) => console.log('dns', e.code));
            console.log('proxy', fs.existsSync('/run/proxy.sock'));
            """);

        listener.Pending().Should().BeFalse();
        open.Output.Should().Contain("loopback ECONNREFUSED").And
            .Contain("internet ENETUNREACH").And.Contain("metadata ENETUNREACH").And.Contain("dns EAI_AGAIN").And.Contain("proxy false");
    }

    [Fact]
    public async Task Build_WhenItAsksTheKernelForWhatNoBuildNeeds_IsRefused()
    {
        const string Perl = "/usr/bin/perl"; // can make any system call by its number
        Assert.SkipUnless(File.Exists(Perl), "There is no perl on this machine.");
        Assert.SkipUnless(RuntimeInformation.OSArchitecture == Architecture.X64, "The numbers are those of x64.");
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);

        await open.RunScriptAsync("""
            import { execFileSync } from 'node:child_process';
            import fs from 'node:fs';
            const ask = (name, ...call) =>
              console.log(name, execFileSync('/usr/bin/perl', ['-e', `syscall(${call}) == -1 or die "made"; print $!+0;`]).toString());
            console.log('mode', fs.readFileSync('/proc/self/status', 'utf8').match(/^Seccomp:\s*(\d)/m)[1]);
            ask('keyctl', 250, 0, -3, 0);
            ask('io_uring', 425, 8, 0);
            ask('vsock', 41, 40, 1, 0);
            ask('namespace', 272, 0x10000000);
            ask('clone', 56, 0x10000011, 0, 0, 0, 0);
            """);

        open.Output.Should().Contain("mode 2").And.Contain("keyctl 1\n").And.Contain("io_uring 38\n").And.Contain("vsock 97\n")
            .And.Contain("namespace 1\n").And.Contain("clone 1\n");
    }

    [Fact]
    public async Task Build_WhenAnotherSandboxRuns_SeesNeitherItsFilesNorItsProcessesAndIsAnotherUser()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NeedsRoot);
        await using var victim = await OpenSandbox.CreateAsync(fixture.Provider, "org_shared");
        await using var spy = await OpenSandbox.CreateAsync(fixture.Provider, "org_shared");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await victim.WriteAsync(("secret.txt", "neighbour-secret"), ("wait.sh", "echo waiting; sleep 600"));
        await spy.WriteAsync(("look.sh", """
            cat /proc/*/cmdline | tr '\0' ' '
            find / -name secret.txt 2>/dev/null
            echo looked; sleep 600
            """));
        Task<SandboxExit>[] running =
        [
            victim.BuildAsync(TimeSpan.FromMinutes(1), end.Token, ["sh", "wait.sh", "neighbour-victim"]),
            spy.BuildAsync(TimeSpan.FromMinutes(1), end.Token, ["sh", "look.sh", "neighbour-spy"]),
        ];

        await Eventually.BecomesTrueAsync(
            () => victim.Output.Contains("waiting") && spy.Output.Contains("looked"), Eventually.Patience, "both builds run");
        var (victims, spies) = (
            HostProcesses.UsersOf("sh\0wait.sh\0neighbour-victim"), HostProcesses.UsersOf("sh\0look.sh\0neighbour-spy"));
        await end.CancelAsync();

        await FluentActions.Awaiting(() => Task.WhenAll(running)).Should().ThrowAsync<OperationCanceledException>();
        spy.Output.Should().Contain("neighbour-spy").And.NotContain("neighbour-victim").And.NotContain("secret.txt");
        victims.Should().ContainSingle().Which.Should().BeGreaterThanOrEqualTo(fixture.Options.FirstBuilderUserId);
        spies.Should().ContainSingle().Which.Should().NotBe(victims[0], "one user would share one limit of processes");
    }

    [Fact]
    public async Task Build_WhenItWritesOutsideItsFolders_IsRefused()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);

        await open.RunScriptAsync("""
            import fs from 'node:fs';
            for (const path of ['/x', '/dev/x', '/usr/bin/x', '/etc/passwd', '/src/x', '/opt/libra/tools/node', '/opt/libra/x', '/proc/sys/kernel/core_pattern', '/work/x', '/tmp/x']) {
              try { fs.writeFileSync(path, '1'); console.log('wrote', path); } catch (e) { console.log('refused', path, e.code); }
            }
            """);

        open.Output.Should().Contain("wrote /work/x").And.Contain("wrote /tmp/x");
        open.Output.Split('\n').Where(line => line.StartsWith("wrote", StringComparison.Ordinal)).Should().HaveCount(2, open.Output);
    }

    [Fact]
    public async Task Build_WhenItTriesToGainPrivileges_HasNone()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);

        await open.RunScriptAsync("""
            import fs from 'node:fs';
            import { spawnSync } from 'node:child_process';
            console.log(fs.readFileSync('/proc/self/status', 'utf8').split('\n').filter((line) => /^(CapEff|CapBnd|NoNewPrivs)/.test(line)).join(' ').replaceAll('\t', ''));
            for (const command of [['unshare', '-U', 'true'], ['unshare', '-rm', 'true'], ['mount', '-t', 'tmpfs', 'x', '/tmp'], ['umount', '/src'], ['mknod', '/tmp/disk', 'b', '254', '0']]) {
              console.log(command[0], spawnSync(command[0], command.slice(1)).status === 0 ? 'worked' : 'refused');
            }
            """);

        open.Output.Should().Contain("CapBnd:0000000000000000").And.Contain("CapEff:0000000000000000").And.Contain("NoNewPrivs:1");
        open.Output.Should().Contain("unshare refused").And.Contain("mount refused").And.NotContain("worked");
    }

    [Fact]
    public async Task Build_WhenItsResultHoldsALink_TheLinkComesOutAsALink()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("a.txt", "a"));

        var exit = await open.BuildAsync(["mkdir", "dist"], ["ln", "-s", "/etc/passwd", "dist/leak"], ["cp", "a.txt", "dist/a.txt"]);

        exit.Should().Be(Succeeded, open.Output);
        var entries = open.ResultEntries();
        entries.Should().Contain(entry => entry.Name == "leak" && entry.EntryType == TarEntryType.SymbolicLink && entry.Length == 0);
        entries.Should().Contain(entry => entry.Name == "a.txt" && entry.Length == 1);
    }

    [Fact]
    public async Task Build_WhenItReportsAnotherEndThanItsOwn_IsNotBelieved()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("forge.sh", """
            for fd in /proc/1/fd/* /proc/$$/fd/*; do
              case $fd in */0 | */1 | */2) ;; *) echo '{ "exit-code": 0 }' > $fd && echo "wrote $(readlink $fd)" ;; esac
            done
            exit 3
            """));

        var exit = await open.BuildAsync(["sh", "forge.sh"]);

        exit.Should().Be(new SandboxExit(SandboxExitReason.Exited, 3), open.Output);
    }
}
