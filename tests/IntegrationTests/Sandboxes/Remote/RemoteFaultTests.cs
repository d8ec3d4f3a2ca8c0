using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote;

/// <summary>What goes wrong at a service that rents sandboxes, and what becomes of it.</summary>
public sealed class RemoteFaultTests
{
    private static readonly string[] Providers = ["e2b", "daytona"];
    private static readonly Fault[] Passing = [Fault.Dropped, Fault.Html(502), Fault.Html(503), Fault.TooMany("1"), Fault.TooMany(null)];
    private static readonly string[] Calls = ["new sandbox", "file upload", "network", "file download"];

    public static TheoryData<string> EachProvider => [.. Providers];

    public static TheoryData<string, string, string> EachCallAndPassingFault =>
        [.. from provider in Providers from call in Calls from fault in Passing select (provider, call, fault.Name)];

    [Theory]
    [MemberData(nameof(EachCallAndPassingFault))]
    public async Task Build_WhenACallFailsOnce_GoesOn(string provider, string call, string fault)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        rig.Double.Fail(call, Array.Find(Passing, passing => passing.Name == fault)!);

        await using var open = await OpenSandbox.CreateAsync(rig.Provider);
        var exit = await open.RunScriptAsync("import fs from 'node:fs'; fs.mkdirSync('dist'); fs.writeFileSync('dist/a', 'a');");

        exit.Succeeded.Should().BeTrue(open.Output);
        open.ResultEntries().Should().ContainSingle();
    }

    [Fact]
    public async Task Build_WhenTheAnswerToANewSessionIsLost_GoesOnInIt()
    {
        await using var rig = await RemoteRig.StartAsync("daytona");
        await using var open = await OpenSandbox.CreateAsync(rig.Provider);
        await open.WriteAsync(("a.txt", "a"));
        rig.Double.Fail("new session", Fault.AnswerLost);

        (await open.BuildAsync(["sh", "-c", "mkdir dist; echo built"])).Succeeded.Should().BeTrue(open.Output);
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Create_WhenTheServiceKeepsRefusing_MayBeTriedLater(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        rig.Double.Fail("new sandbox", Fault.TooMany("1"), times: 10);

        await FailsAsync(() => OpenSandbox.CreateAsync(rig.Provider), "SANDBOX_CREATE_FAILED", transient: true, "*429*");
        rig.Double.CountOf("new sandbox").Should().Be(3);
    }

    [Fact]
    public async Task Create_WhenTheSandboxWouldBeOpenToEverybody_EndsItAndUsesItNot()
    {
        await using var rig = await RemoteRig.StartAsync("e2b");
        rig.Double.Fail("new sandbox", Fault.Json(201, """{"sandboxID":"i1","envdAccessToken":"token","envdVersion":"0.6.5"}"""));

        await FailsAsync(() => OpenSandbox.CreateAsync(rig.Provider), "SANDBOX_CREATE_FAILED", transient: true, "*open to everybody*");

        rig.Double.Calls.Should().Equal("new sandbox", "end of a sandbox");
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Create_WhenTheServiceAsksForALongPause_SaysForHowLong(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        rig.Double.Fail("new sandbox", Fault.TooMany("600"));

        var failure = await FluentActions.Awaiting(() => OpenSandbox.CreateAsync(rig.Provider)).Should().ThrowAsync<SandboxException>();

        failure.Which.RetryAfter.Should().Be(TimeSpan.FromMinutes(10));
        rig.Double.CountOf("new sandbox").Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Install_WhenTheLockFileIsTooLarge_IsTheProjectsFault(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        await using var open = await OpenSandbox.CreateAsync(rig.Provider);
        await open.WriteAsync(("package.json", """{"dependencies":{"is-number":"7.0.0"}}"""));
        rig.Double.Fail("file download", new Fault("an endless file", async (context, _) =>
        {
            context.Response.ContentType = "application/octet-stream";
            var piece = new byte[1 << 20];
            for (var mebibyte = 0; mebibyte < 40; mebibyte++) await context.Response.Body.WriteAsync(piece);
        }), times: 10);

        (await open.InstallAsync(PackageManager.Npm)).Succeeded.Should().BeFalse();

        open.Output.Should().Contain("is not a file of up to 32 MiB");
    }

    [Theory]
    [InlineData("e2b", "E2B_API_KEY")]
    [InlineData("daytona", "DAYTONA_API_KEY")]
    public async Task Create_WhenTheKeyIsWrong_NamesTheSettingAtOnce(string provider, string setting)
    {
        await using var rig = await RemoteRig.StartAsync(provider, key: "wrong");

        await FailsAsync(() => OpenSandbox.CreateAsync(rig.Provider), "SANDBOX_CREATE_FAILED", transient: false, $"*check {setting}*");
        await FailsAsync(() => rig.Provider.ProbeAsync(default), "SANDBOX_COMMAND_FAILED", transient: false, $"*check {setting}*");
        rig.Double.CountOf("new sandbox").Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Create_WhenTheTemplateHasNoToolchain_SaysWhatToDoAndEndsTheSandbox(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        rig.Double.HasToolchain = false;

        await FailsAsync(
            () => OpenSandbox.CreateAsync(rig.Provider), "SANDBOX_CREATE_FAILED", transient: false,
            "*no toolchain in /opt/libra*runtime/remote/Dockerfile*");
        rig.Double.Machines.Values.Should().ContainSingle().Which.IsGone.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Build_WhenTheNetworkCannotBeCut_RunsNoProjectCode(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        rig.Double.Fail("network", Fault.Code(400, 1, "not on this plan"), times: 10);
        await using var open = await OpenSandbox.CreateAsync(rig.Provider);

        await FailsAsync(() => open.RunScriptAsync("console.log('it ran');"), "SANDBOX_COMMAND_FAILED", transient: false, "*400*");

        open.Output.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Build_WhenTheSandboxGoesAwayMeanwhile_MayBeTriedLaterAndNeverSucceeds(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        await using var open = await OpenSandbox.CreateAsync(rig.Provider);
        await open.WriteAsync(("a.txt", "a"));

        var building = open.BuildAsync(["sh", "-c", "mkdir dist; echo started; sleep 600"]);
        await IntegrationTests.Eventually.BecomesTrueAsync(
            () => open.Output.Contains("started\n", StringComparison.Ordinal), TimeSpan.FromSeconds(60),
            "output comes while the command runs");
        rig.Double.Only.Dispose();

        await FailsAsync(() => building.WaitAsync(TimeSpan.FromSeconds(60)), "SANDBOX_COMMAND_FAILED", transient: true, "*");
        open.Result.Length.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Build_WhenItsStreamIsRefused_MayBeTriedLater(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        await using var open = await OpenSandbox.CreateAsync(rig.Provider);
        await open.WriteAsync(("a.txt", "a"));
        rig.Double.Fail(provider == "e2b" ? "command" : "log", Fault.Html(502), times: 5);

        await FailsAsync(() => open.BuildAsync(["true"]), "SANDBOX_COMMAND_FAILED", transient: true, "*");
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Build_WhenItTakesLongerThanTheLease_IsRenewedMeanwhile(string provider)
    {
        // Daytona counts minutes, so that only the renewing itself can be seen there.
        await using var rig = await RemoteRig.StartAsync(provider, lease: TimeSpan.FromSeconds(6));
        await using var open = await OpenSandbox.CreateAsync(rig.Provider);
        await open.WriteAsync(("a.txt", "a"));

        var exit = await open.BuildAsync(["sh", "-c", "mkdir dist; sleep 13; echo still here"]);

        exit.Succeeded.Should().BeTrue(open.Output);
        rig.Double.CountOf("time limit").Should().BeGreaterThan(3);
    }

    [Fact]
    public async Task Sandbox_WhenItsWorkerDies_EndsByItself()
    {
        await using var rig = await RemoteRig.StartAsync("e2b", lease: TimeSpan.FromSeconds(3));
        await OpenSandbox.CreateAsync(rig.Provider);
        rig.Double.Fail("time limit", Fault.Html(503), times: 1000); // as good as dead: nothing that it sends arrives

        await IntegrationTests.Eventually.BecomesTrueAsync(
            () => rig.Double.Machines.Values.Single().IsGone, TimeSpan.FromSeconds(30), "nobody renews it");
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Reap_WhenWorkersDied_EndsTheirsAndNoOthers(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        var alive = DeploymentId.New(TimeProvider.System.GetUtcNow());
        var spec = new SandboxSpec(alive, "org", "project", new SandboxLimits());
        await using var living = await rig.Provider.CreateAsync(spec, TestContext.Current.CancellationToken);
        var orphans = new List<ISandbox>();
        for (var i = 0; i < 3; i++)
            orphans.Add(await rig.Provider.CreateAsync(
                spec with { DeploymentId = DeploymentId.New(TimeProvider.System.GetUtcNow()) }, TestContext.Current.CancellationToken));
        await using var young = await rig.Provider.CreateAsync(
            spec with { DeploymentId = DeploymentId.New(TimeProvider.System.GetUtcNow()) }, TestContext.Current.CancellationToken);
        foreach (var id in orphans.Select(orphan => orphan.Id).Append(living.Id))
            rig.Double.Machines[id].StartedAt -= TimeSpan.FromMinutes(10);

        (await rig.Provider.ReapAsync(new HashSet<DeploymentId> { alive }, TestContext.Current.CancellationToken)).Should().Be(3);

        orphans.Should().OnlyContain(orphan => rig.Double.Machines[orphan.Id].IsGone);
        rig.Double.Machines[living.Id].IsGone.Should().BeFalse();
        rig.Double.Machines[young.Id].IsGone.Should().BeFalse("its deployment may be younger than the list of those alive");
        foreach (var orphan in orphans) await orphan.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Reap_WhenOneCannotBeEnded_EndsTheOthers(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        var orphans = new List<ISandbox>();
        for (var i = 0; i < 3; i++)
        {
            var spec = new SandboxSpec(DeploymentId.New(TimeProvider.System.GetUtcNow()), "org", "project", new SandboxLimits());
            orphans.Add(await rig.Provider.CreateAsync(spec, TestContext.Current.CancellationToken));
            rig.Double.Machines[orphans[i].Id].StartedAt -= TimeSpan.FromMinutes(10);
        }

        rig.Double.Fail("end of a sandbox", Fault.Code(400, 1, "Sandbox state change in progress"));

        (await rig.Provider.ReapAsync(new HashSet<DeploymentId>(), TestContext.Current.CancellationToken)).Should().Be(2);

        orphans.Count(orphan => rig.Double.Machines[orphan.Id].IsGone).Should().Be(2);
        foreach (var orphan in orphans) await orphan.DisposeAsync();
    }

    [Fact]
    public async Task Create_WhenTheStartFailsAndCannotBeEndedYet_SaysWhyItFailed()
    {
        await using var rig = await RemoteRig.StartAsync("daytona");
        rig.Double.Fail("state of a sandbox", Fault.Json(200, """{"id":"s","state":"error","errorReason":"no runner is free"}"""));
        rig.Double.Fail("end of a sandbox", Fault.Json(400, """{"message":"Sandbox state change in progress"}"""));

        await FailsAsync(() => OpenSandbox.CreateAsync(rig.Provider), "SANDBOX_CREATE_FAILED", transient: true, "*no runner is free*");

        rig.Double.CountOf("end of a sandbox").Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task EveryCall_SaysWhoSendsIt(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        await using (var open = await OpenSandbox.CreateAsync(rig.Provider)) await open.RunScriptAsync("console.log('it ran');");

        rig.Double.Agents.Should().HaveCountGreaterThan(5).And.AllBe("Libra-Deploy/2.0");
    }

    [Theory]
    [MemberData(nameof(EachProvider))]
    public async Task Cancel_WhenABuildRuns_EndsTheWholeSandbox(string provider)
    {
        await using var rig = await RemoteRig.StartAsync(provider);
        await using var open = await OpenSandbox.CreateAsync(rig.Provider);
        await open.WriteAsync(("a.txt", "a"));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var building = open.BuildAsync(
            TimeSpan.FromMinutes(5), cancel.Token, ["sh", "-c", "(trap '' TERM HUP INT; setsid sleep 600) & echo started; sleep 600"]);
        await IntegrationTests.Eventually.BecomesTrueAsync(
            () => open.Output.Contains("started\n", StringComparison.Ordinal), TimeSpan.FromSeconds(60), "it runs");
        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => building).Should().ThrowAsync<OperationCanceledException>();
        rig.Double.Machines.Values.Single().IsGone.Should().BeTrue("a process that left its group would go on otherwise");
    }

    private static async Task FailsAsync(Func<Task> act, string code, bool transient, string message)
    {
        var failure = (await act.Should().ThrowAsync<SandboxException>().WithMessage(message)).Which;
        (failure.Code, failure.Transient).Should().Be((code, transient));
    }
}
