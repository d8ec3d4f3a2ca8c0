using System.Net;
using Libra.Deploy.Infrastructure.Targets.Local.Edge;
using Yarp.ReverseProxy.Forwarder;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>One process that serves one artifact for one site, and the requests that it is answering.</summary>
internal sealed class SiteInstance(string digest, WorkerdProcess process, TimeProvider clock) : IAsyncDisposable
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inFlight;
    private int _retired;
    private long _lastUsed = clock.GetTimestamp();

    public string Digest => digest;

    public WorkerdProcess Process => process;

    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    public string Address { get; } = $"http://127.0.0.1:{process.Port}";

    /// <summary>Connections to this process only: those of a replaced one are never used again.</summary>
    public HttpMessageInvoker Client { get; } = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        // workerd closes a connection after 5 idle seconds; leave first, or a request could meet the closing.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2),
    });

    public HttpTransformer Transformer { get; } = new SiteTransformer(digest);

    public bool IsAlive => !IsRetired && !process.HasExited;

    public bool IsBusy => Volatile.Read(ref _inFlight) > 0;

    public TimeSpan Unused => clock.GetElapsedTime(Volatile.Read(ref _lastUsed));

    public void Enter()
    {
        Interlocked.Increment(ref _inFlight);
        Volatile.Write(ref _lastUsed, clock.GetTimestamp());
    }

    public void Leave()
    {
        Volatile.Write(ref _lastUsed, clock.GetTimestamp());
        if (Interlocked.Decrement(ref _inFlight) == 0 && IsRetired) _drained.TrySetResult();
    }

    /// <summary>Lets the requests in flight finish, then ends the process. New ones must not be able to reach it any more.</summary>
    /// <param name="hurry">Ends the waiting: the service stops.</param>
    public async Task RetireAsync(TimeSpan patience, CancellationToken hurry)
    {
        // A full fence: either this sees the last request, or its leaving sees this.
        Interlocked.Exchange(ref _retired, 1);
        if (!IsBusy) _drained.TrySetResult();
        try
        {
            await _drained.Task.WaitAsync(patience, hurry);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // What has not finished by now ends with the process.
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Client.Dispose();
    }

    private bool IsRetired => Volatile.Read(ref _retired) == 1;
}
