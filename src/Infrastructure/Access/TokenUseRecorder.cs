using System.Threading.Channels;
using Libra.Deploy.Domain.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Access;

/// <summary>Writes down when tokens were last seen, at most once a minute each, and never while a request waits for it.</summary>
internal sealed class TokenUseRecorder(IServiceScopeFactory scopes, TimeProvider clock, ILogger<TokenUseRecorder> logger)
    : BackgroundService
{
    private static readonly TimeSpan NotedEvery = TimeSpan.FromMinutes(1);
    private const int Capacity = 10_000;

    private readonly ExpiringCache<ApiTokenId, bool> _noted = new(clock, NotedEvery, Capacity);

    // Full means that the database is slow: then a time of last use is the first thing to go without.
    private readonly Channel<ApiTokenId> _waiting = Channel.CreateBounded<ApiTokenId>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Notes that a token was seen just now.</summary>
    public void Note(ApiTokenId id)
    {
        if (_noted.TryGet(id, out _)) return;

        _noted.Set(id, true);
        _waiting.Writer.TryWrite(id);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            var ids = new HashSet<ApiTokenId>();
            while (_waiting.Reader.TryRead(out var id)) ids.Add(id);
            await WriteAsync(ids, stoppingToken);
        }
    }

    private async Task WriteAsync(HashSet<ApiTokenId> ids, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IApiTokenRepository>().NoteUseAsync(
                [.. ids], clock.GetUtcNow(), cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The next use of each token a minute later tries again, so nothing but one time stamp is lost.
            logger.LogWarning(exception, "The last use of {TokenCount} tokens could not be written down", ids.Count);
        }
    }
}
