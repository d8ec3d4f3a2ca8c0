using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Logs.Live;
using Libra.Deploy.Infrastructure.Logs.Redaction;
using Libra.Deploy.Infrastructure.Logs.Stored;
using Microsoft.Extensions.Logging;
using LogLevel = Libra.Deploy.Application.Deployments.Logs.LogLevel;

namespace Libra.Deploy.Infrastructure.Logs;

/// <summary>Deployment logs in the object store.</summary>
/// <param name="redactor">Knows the service's own secrets.</param>
internal sealed class DeploymentLog(
    IObjectStore store, Redactor redactor, DeploymentLogOptions options, TimeProvider clock, ILogger<DeploymentLog> logger)
    : IDeploymentLog
{
    private readonly LogHubs _hubs = new(options, clock, logger);

    public async Task<IDeploymentLogWriter> OpenAsync(
        LogSubject subject, int attempt, long fencingToken, bool begun, CancellationToken cancellationToken)
    {
        var log = new StoredLog(store, subject);
        var tip = await log.FindTipAsync(cancellationToken);
        if (tip.Ended)
            throw new LogWriterSupersededException($"The log of {subject.DeploymentId} is sealed.") { HadEnded = true };
        if (tip.Token > fencingToken)
            throw new LogWriterSupersededException($"A newer worker writes the log of {subject.DeploymentId}.");

        var closed = await log.IsClosedAsync(tip, cancellationToken);
        var shipper = new LogShipper(log, tip, attempt, fencingToken, (place, chunk) => _hubs.Publish(subject.DeploymentId, place, chunk));
        var writer = new LogWriter(new LogAppender(shipper, options, clock, logger), redactor, attempt, options, clock);
        if (tip == LogTip.Start && !begun) return writer;

        await AnnounceAsync(writer, attempt, closed, cancellationToken);
        return writer;
    }

    public Task<LogPage> ReadAsync(LogSubject subject, LogQuery query, CancellationToken cancellationToken) =>
        LogReader.ReadAsync(new StoredLog(store, subject), query, cancellationToken);

    public async IAsyncEnumerable<IReadOnlyList<LogEntry>> FollowAsync(
        LogSubject subject, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hub = _hubs.Join(new StoredLog(store, subject));
        try
        {
            await foreach (var lines in hub.FollowAsync(afterSeq, cancellationToken)) yield return lines;
        }
        finally
        {
            _hubs.Leave(subject.DeploymentId, hub);
        }
    }

    public Task SealAsync(LogSubject subject, CancellationToken cancellationToken) => LogSealer.SealAsync(
        new StoredLog(store, subject), (place, chunk) => _hubs.Publish(subject.DeploymentId, place, chunk), clock.GetUtcNow(),
        cancellationToken);

    public Task<(int Objects, long Bytes)> MeasureAsync(LogSubject subject, CancellationToken cancellationToken) =>
        new StoredLog(store, subject).MeasureAsync(cancellationToken);

    public Task<(int Objects, long Bytes)> DeleteAsync(LogSubject subject, CancellationToken cancellationToken) =>
        new StoredLog(store, subject).DeleteAsync(cancellationToken);

    /// <summary>Takes the log over: once this line is stored, a writer with a lower token finds its next place taken.</summary>
    private static async Task AnnounceAsync(LogWriter writer, int attempt, bool closed, CancellationToken cancellationToken)
    {
        try
        {
            if (closed)
                writer.Write(LogLevel.Info, null, $"Attempt {attempt} continues.");
            else
                writer.Write(LogLevel.Warn, null, $"Attempt {attempt} continues. The worker before it {LogWriter.StoppedUnclosed}");
            await writer.FlushAsync(cancellationToken);
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }
}
