using System.Diagnostics;
using System.Net;
using Libra.Deploy.Infrastructure.Processes;
using Libra.Deploy.IntegrationTests.Artifacts;

namespace Libra.Deploy.IntegrationTests.Targets;

/// <summary>A site that takes memory without end takes its own process with it, and nothing else.</summary>
public sealed class SiteMemoryTests : IAsyncLifetime
{
    private const string Eat = "const kept = []; for (;;) kept.push(new Uint8Array(8 << 20).fill(1));";

    private const string Top = "/sys/fs/cgroup";

    // A run that was killed leaves its groups on the machine, and this one must not take them for its own.
    private readonly string _project = $"memory-{Guid.NewGuid().ToString("N")[..12]}";
    private LocalSites _sites = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(ControlGroups.Probe().Kind == ControlGroupKind.None, "No control groups can be made here.");
        _sites = await LocalSites.StartAsync(options => options with { SiteMemoryBytes = 160L << 20 });
    }

    public ValueTask DisposeAsync() => _sites?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Publish_WhenTheNewVersionTakesAllMemory_KeepsTheOldOneAndSaysWhy()
    {
        (await _sites.PublishAsync("p", BuildTar.OfAssets("still here"))).IsError.Should().BeFalse();

        var published = await _sites.PublishAsync("p", BuildTar.OfWorker($"export default {{ fetch() {{ {Eat} }} }};"));

        published.FirstError.Code.Should().Be("VERIFICATION_FAILED");
        published.FirstError.Description.Should().Contain("took more than the 160 MiB of memory");
        (await _sites.TextAsync("p")).Should().Be("still here");
    }

    [Fact]
    public async Task Site_ThatTakesAllMemoryForOneRequest_ServesTheNext()
    {
        (await _sites.PublishAsync("p", BuildTar.OfWorker($$"""
            export default { fetch(request) {
              if (new URL(request.url).pathname === "/eat") { {{Eat}} }
              return new Response("served");
            } };
            """))).IsError.Should().BeFalse();
        var first = _sites.Awake("p")!;

        using (var eaten = await _sites.GetAsync("p", "/eat"))
            eaten.StatusCode.Should().Be(HttpStatusCode.BadGateway);

        await Eventually.BecomesTrueAsync(() => !first.IsAlive, Eventually.Patience, "the kernel has ended it");
        first.Process.LastOutput.Should().Contain("LocalTarget:SiteMemoryBytes");
        (await _sites.TextAsync("p")).Should().Be("served");
    }

    [Fact]
    public async Task Stop_OfTheService_LeavesNoControlGroup()
    {
        (await _sites.PublishAsync(_project, BuildTar.OfAssets())).IsError.Should().BeFalse();
        Groups().Should().NotBeEmpty();

        await _sites.StopAsync();

        Groups().Should().BeEmpty();
    }

    [Fact]
    public async Task Start_AfterAServiceThatWasKilled_EndsWhatItLeft()
    {
        (await _sites.PublishAsync(_project, BuildTar.OfAssets())).IsError.Should().BeFalse();
        var prefix = Path.GetFileName(Groups().First()).Split($"-{_project}")[0];
        using var left = Process.Start("sleep", ["600"]);
        foreach (var file in ControlGroups.Probe().Create($"{prefix}-{_project}", memoryBytes: 1 << 30)!.JoinFiles)
            await File.WriteAllTextAsync(file, $"{left.Id}", TestContext.Current.CancellationToken);

        await _sites.RestartAsync();

        await left.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Groups().Should().BeEmpty();
    }

    private IEnumerable<string> Groups() =>
        new[] { OwnControlGroup.Find(Top, "/proc/self/cgroup")?.Folder, Top, $"{Top}/memory" }.OfType<string>()
            .Select(group => Path.Combine(group, "libra-deploy")).Where(Directory.Exists)
            .SelectMany(parent => Directory.EnumerateDirectories(parent, $"site-*{_project}*"));
}
