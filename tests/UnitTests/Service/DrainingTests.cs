using Libra.Deploy.WebApi.Service;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Service;

/// <summary>When a stopping node tells its requests to end.</summary>
public sealed class DrainingTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Draining _draining;

    public DrainingTests() => _draining = new Draining(
        new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), Options.Create(new DrainOptions { NoticeSeconds = 3 }), _clock);

    public void Dispose() => _draining.Dispose();

    [Fact]
    public async Task Closing_WhileTheBalancerIsBeingTold_HasNotFired()
    {
        var stopping = _draining.StoppingAsync(TestContext.Current.CancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(2));
        _draining.Closing.IsCancellationRequested.Should().BeFalse("streams go on where requests still come in");

        _clock.Advance(TimeSpan.FromSeconds(1));
        await stopping;
        _draining.Closing.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task Bound_OfARequestThatGoesOnAfterTheListenerClosed_BreaksItOff()
    {
        var request = new DefaultHttpContext();
        request.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime());
        var running = _draining.BoundAsync(request, context => Task.Delay(Timeout.InfiniteTimeSpan, _clock, context.RequestAborted));
        var stopping = _draining.StoppingAsync(TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(3));
        await stopping;
        running.IsCompleted.Should().BeFalse("it may end by itself");

        _clock.Advance(Draining.LastRequests);

        var ending = () => running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await ending.Should().ThrowAsync<OperationCanceledException>();
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        private readonly CancellationTokenSource _aborted = new();

        public Lifetime() => RequestAborted = _aborted.Token;

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => _aborted.Cancel();
    }
}
