using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Hurries the queue over all nodes with PostgreSQL's NOTIFY. Wakes that come while one is being sent become one, so that a burst
/// of requests costs few notifications; a lost one only delays, because the dispatcher looks by itself too.
/// </summary>
internal sealed class QueueSignals(
    NpgsqlDataSource database, DatabaseAddress address, RunningDeployments running, IOptions<QueueOptions> options,
    ILogger<QueueSignals> logger)
    : BackgroundService, IDeploymentQueue
{
    private const string Channel = "libra_deployments";
    private const string WakePayload = "wake";

    // Seconds. A listener only receives, so nothing else would tell it of a connection that was dropped without a word.
    private const int KeepAlive = 5;

    private readonly NpgsqlDataSource _listening = address.Open(settings =>
    {
        (settings.KeepAlive, settings.MinPoolSize, settings.MaxPoolSize) = (KeepAlive, 0, 1);
        settings.CommandTimeout = KeepAlive;
    });

    private readonly SemaphoreSlim _toSend = new(0);
    private readonly SemaphoreSlim _due = new(0, 1);
    private int _wakes;
    private int _signals;

    public string Name => options.Value.QueueName;

    public void Wake()
    {
        SignalDispatcher();
        if (Interlocked.Exchange(ref _wakes, 1) == 0) _toSend.Release();
    }

    public void Interrupt(DeploymentId id)
    {
        running.Interrupt(id);
        _ = SendAsync(id.Value, CancellationToken.None);
    }

    /// <summary>Waits until something may be due, at most <paramref name="longest"/>.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        if (await _due.WaitAsync(longest, cancellationToken)) Volatile.Write(ref _signals, 0);
    }

    /// <summary>Lets this node's dispatcher look, without telling others.</summary>
    public void SignalDispatcher()
    {
        // One signal is enough: who has not taken it yet is about to look anyway.
        if (Interlocked.Exchange(ref _signals, 1) == 0) _due.Release();
    }

    public override void Dispose()
    {
        _listening.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(ListenAsync(stoppingToken), SendWakesAsync(stoppingToken));

    private async Task SendWakesAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await _toSend.WaitAsync(cancellationToken);
            Interlocked.Exchange(ref _wakes, 0);
            await SendAsync(WakePayload, cancellationToken);
        }
    }

    private async Task SendAsync(string payload, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand("SELECT pg_notify($1, $2)");
            command.Parameters.AddWithValue(Channel);
            command.Parameters.AddWithValue(payload);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(failure, "Other nodes could not be notified; they look by themselves");
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        for (var pause = TimeSpan.FromMilliseconds(200); !cancellationToken.IsCancellationRequested; pause = Longer(pause))
        {
            try
            {
                await using var connection = await _listening.OpenConnectionAsync(cancellationToken);
                connection.Notification += (_, notification) => Receive(notification.Payload);
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                SignalDispatcher(); // what came while nobody listened
                while (true)
                    await connection.WaitAsync(cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("Listening for deployments was interrupted ({Reason}); trying again in {Pause}", failure.Message, pause);
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    private void Receive(string payload)
    {
        if (DeploymentId.TryParse(payload) is { } id) running.Interrupt(id);
        else SignalDispatcher();
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < TimeSpan.FromSeconds(5) ? pause * 2 : TimeSpan.FromSeconds(5);
}
