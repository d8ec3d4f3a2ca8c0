using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.WebApi.Composition;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class BuilderSlotsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-slots-");
    private readonly FakeTimeProvider _clock = new(); // stands still, so that only a signal can end a wait

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Take_WhenAllAreInUse_WaitsForTheFirstThatIsFreed()
    {
        using var slots = Slots(2);
        using var first = await TakeAsync(slots);
        var second = await TakeAsync(slots);
        var told = 0;

        var waiting = slots.TakeAsync(() => told++, TestContext.Current.CancellationToken);

        waiting.IsCompleted.Should().BeFalse();
        told.Should().Be(1);
        second.Dispose();
        using var third = await waiting.WaitAsync(Patience, TestContext.Current.CancellationToken);
        third.Index.Should().Be(second.Index);
    }

    [Fact]
    public async Task Take_WhenAnotherProcessHasThemAll_LooksAgainByItself()
    {
        using var others = Slots(1);
        using var own = Slots(1);
        var held = await TakeAsync(others);

        var waiting = TakeAsync(own);
        _clock.Advance(TimeSpan.FromSeconds(1));
        waiting.IsCompleted.Should().BeFalse();
        held.Dispose();

        while (!waiting.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await waiting).Dispose();
    }

    [Fact]
    public async Task Take_WhenItsTimeIsOverWhileItWaits_IsCancelledAndLetsTheNextOneIn()
    {
        using var slots = Slots(1);
        var held = await TakeAsync(slots);
        using var over = new CancellationTokenSource();
        var waiting = slots.TakeAsync(() => { }, over.Token);

        await over.CancelAsync();

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        held.Dispose();
        (await TakeAsync(slots).WaitAsync(Patience, TestContext.Current.CancellationToken)).Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(1000)]
    public void Slots_OfANode_AreEnoughForItsDeploymentsAndThoseOfOneThatDrains(int concurrent)
    {
        var services = new ServiceCollection();
        services.Configure<QueueOptions>(options => options.MaxConcurrentDeployments = concurrent);
        services.AddSandboxes(new ConfigurationManager(), new HostSettings());
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<BubblewrapOptions>().Slots.Should().BeGreaterThanOrEqualTo(2 * concurrent);
    }

    private static Task<BuilderSlot> TakeAsync(BuilderSlots slots) => slots.TakeAsync(() => { }, TestContext.Current.CancellationToken);

    private BuilderSlots Slots(int count) => new(_folder.FullName, count, _clock);
}
