using System.Net;
using System.Net.Sockets;
using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>What every sandbox provider does, wherever its sandboxes are.</summary>
public abstract class SandboxConformance
{
    private static readonly SandboxExit Done = new(SandboxExitReason.Exited, 0);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(PackageManager.Bun)]
    [InlineData(PackageManager.Npm)]
    [InlineData(PackageManager.Pnpm)]
    public async Task InstallAndBuild_WhenTheProjectUsesAPackage_GivesItsResult(PackageManager manager)
    {
        await using var open = await OpenAsync();
        await open.WriteAsync(
            ("package.json", """{ "type": "module", "dependencies": { "is-number": "7.0.0" } }"""),
            ("build.mjs", "import fs from 'node:fs'; import isNumber from 'is-number'; fs.mkdirSync('dist/sub', { recursive: true }); fs.writeFileSync('dist/sub/a.txt', `${isNumber(1)}`);"));

        (await open.InstallAsync(manager)).Should().Be(Done, open.Output);
        (await open.BuildAsync(["node", "build.mjs"])).Should().Be(Done, open.Output);

        using var text = new StreamReader(open.ResultEntries().Single(entry => entry.Name == "sub/a.txt").DataStream!);
        (await text.ReadToEndAsync(TestContext.Current.CancellationToken)).Should().Be("true");
    }

    [Fact]
    public async Task Build_WhenTheBundlerIsAskedFor_FindsItWithItsTools()
    {
        await using var open = await OpenAsync();
        await open.WriteAsync(("dist/index.html", "<h1>plain</h1>"));

        var exit = await open.BuildAsync(
            new SandboxBuild([["node", "/opt/libra/bundle.mjs"]], ".libra-out", Long, new Dictionary<string, string>()));

        exit.Should().Be(Done, open.Output);
        open.ResultEntries().Select(entry => entry.Name).Should().Contain(["result.json", "assets/index.html"]);
    }

    [Fact]
    public async Task Build_WhenACommandFails_TellsItsCodeAndRunsNoOther()
    {
        await using var open = await OpenAsync();
        await open.WriteAsync(("a.txt", "a"));

        var exit = await open.BuildAsync(["sh", "-c", "echo before; exit 7"], ["echo", "after"]);

        exit.Should().Be(new SandboxExit(SandboxExitReason.Exited, 7));
        open.Output.Split('\n').Should().Contain("before").And.NotContain("after");
        open.Result.Length.Should().Be(0);
    }

    [Fact]
    public async Task Build_WhenACommandKillsItself_IsNotTakenForAnExit()
    {
        await using var open = await OpenAsync();
        await open.WriteAsync(("a.txt", "a"));

        (await open.BuildAsync(["sh", "-c", "kill -9 $$"])).Should().Be(new SandboxExit(SandboxExitReason.Signaled, null));
    }

    [Fact]
    public async Task Build_WhenItPrints_KeepsTheStreamsApartAndEveryByte()
    {
        await using var open = await OpenAsync();
        await open.WriteAsync(("say.mjs",
            "process.stdout.write('grün ✓\\n'); process.stderr.write('rot ✗\\n'); process.stdout.write('x'.repeat(200000) + '\\n');"));
        var (stdout, stderr) = (new MemoryStream(), new MemoryStream());

        await open.Sandbox.BuildAsync(Sized(["node", "say.mjs"]), Stream.Null, (stream, data, _) =>
        {
            (stream == SandboxStream.Stdout ? stdout : stderr).Write(data.Span);
            return ValueTask.CompletedTask;
        }, TestContext.Current.CancellationToken);

        Encoding.UTF8.GetString(stdout.ToArray()).Should().Contain("grün ✓\n").And.Contain(new string('x', 200_000)).And.NotContain("rot");
        Encoding.UTF8.GetString(stderr.ToArray()).Should().Contain("rot ✗\n");
    }

    [Fact]
    public async Task Build_WhenCancelled_HasShownItsOutputAndStopsAtOnce()
    {
        await using var open = await OpenAsync();
        await open.WriteAsync(("a.txt", "a"));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var building = open.Sandbox.BuildAsync(Sized(["sh", "-c", "echo shown; sleep 600"]), Stream.Null, (_, data, _) =>
        {
            if (Encoding.UTF8.GetString(data.Span).Contains("shown\n", StringComparison.Ordinal)) shown.TrySetResult();
            return ValueTask.CompletedTask;
        }, cancel.Token);
        await shown.Task.WaitAsync(Long, TestContext.Current.CancellationToken);
        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => building.WaitAsync(TimeSpan.FromSeconds(30))).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Build_WhenItTakesTooLong_EndsAsTimedOut()
    {
        await using var open = await OpenAsync();
        await open.WriteAsync(("a.txt", "a"));

        var exit = await open.BuildAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken, ["sleep", "600"]);

        exit.Should().Be(new SandboxExit(SandboxExitReason.TimedOut, null));
    }

    [Fact]
    public async Task Build_WhenItAsksTheNetwork_ReachesNothing()
    {
        using var listener = Listen(out var port);
        await using var open = await OpenAsync();

        var exit = await open.RunScriptAsync($$"""
            import fs from 'node:fs';
            for (const address of ['http://127.0.0.1:{{port}}/', 'https://1.1.1.1/'])
              await fetch(address, { signal: AbortSignal.timeout(5000) }).then(() => console.log('reached', address), (e) => console.log('blocked', e.cause?.code ?? e.name));
            fs.mkdirSync('dist');
            """);

        exit.Should().Be(Done, open.Output);
        open.Output.Split('\n').Count(line => line.StartsWith("blocked", StringComparison.Ordinal)).Should().Be(2, open.Output);
        listener.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task Build_WhenItLooksAround_FindsNothingOfTheService()
    {
        Environment.SetEnvironmentVariable("LIBRA_TEST_SECRET", "environment-secret");
        await using var open = await OpenAsync();

        await open.RunScriptAsync("console.log(process.env); import fs from 'node:fs'; fs.mkdirSync('dist');");

        open.Output.Should().Contain("NODE_ENV").And.NotContain("environment-secret").And.NotContain("API_KEY").And.NotContain("TOKEN");
    }

    [Fact]
    public async Task Build_WhenTheResultIsLargerThanAllowed_EndsAsLimitExceeded()
    {
        await using var open = await OpenAsync(new SandboxLimits { DiskBytes = 8 << 20 });

        var exit = await open.RunScriptAsync("import fs from 'node:fs'; fs.mkdirSync('dist'); for (let i = 0; i < 7; i++) fs.writeFileSync(`dist/${i}`, Buffer.alloc(2 << 20, i));");

        exit.Succeeded.Should().BeFalse("14 MiB are more than the 8 that were allowed");
    }

    [Fact]
    public async Task Install_WhenADependencyIsNotOfTheRegistry_IsRefusedBeforeAnythingIsFetched()
    {
        using var listener = Listen(out var port);
        await using var open = await OpenAsync();
        await open.WriteAsync(("package.json", $$"""{ "dependencies": { "evil": "http://127.0.0.1:{{port}}/evil.tgz" } }"""));

        (await open.InstallAsync(PackageManager.Bun)).Should().Be(new SandboxExit(SandboxExitReason.Refused, null));

        open.Output.Should().Contain("the dependency 'evil'");
        listener.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task Install_WhenThereAreInstallScripts_RunsNone()
    {
        await using var open = await OpenAsync();
        await open.WriteAsync(("package.json", """{ "scripts": { "preinstall": "echo script-ran", "prepare": "echo script-ran" }, "dependencies": { "is-number": "7.0.0" } }"""));

        (await open.InstallAsync(PackageManager.Bun)).Should().Be(Done, open.Output);

        open.Output.Should().NotContain("script-ran");
    }

    [Fact]
    public async Task Write_WhenAPathLeadsOut_IsRefused()
    {
        await using var open = await OpenAsync();

        var write = () => open.WriteAsync(("../../outside.txt", "x"));

        (await write.Should().ThrowAsync<SandboxException>()).Which.Should().BeEquivalentTo(
            new { Code = "FILE_SYNC_FAILED", Transient = false });
    }

    [Fact]
    public async Task Dispose_WhenRepeated_IsNoError()
    {
        var open = await OpenAsync();
        await open.WriteAsync(("a.txt", "a"));

        await open.DisposeAsync();
        await open.DisposeAsync();

        await IsGoneAsync(open.Sandbox.Id);
    }

    /// <summary>The provider that is tried.</summary>
    protected abstract ISandboxProvider Provider { get; }

    /// <summary>Fails unless nothing is left of a sandbox.</summary>
    protected abstract Task IsGoneAsync(string id);

    private Task<OpenSandbox> OpenAsync(SandboxLimits? limits = null) => OpenSandbox.CreateAsync(Provider, limits: limits);

    private static SandboxBuild Sized(string[] command) =>
        new([command], "dist", Long, new Dictionary<string, string> { ["NODE_ENV"] = "production" });

    private static TcpListener Listen(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }
}
