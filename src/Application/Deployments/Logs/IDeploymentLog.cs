using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Logs;

/// <summary>
/// The log of every deployment: lines numbered from 1 without holes, over all attempts. Written by the worker that holds the
/// deployment's lease, readable from every node at most a second later.
/// </summary>
public interface IDeploymentLog
{
    /// <summary>
    /// Opens the log for appending. Continues behind the last stored line; when the attempt before ended without closing
    /// (its worker died), a system line says that up to a second of output may be missing.
    /// </summary>
    /// <param name="subject">Whose log.</param>
    /// <param name="attempt">Number of the attempt, from 1.</param>
    /// <param name="fencingToken">A writer with a lower token than the newest one loses: its chunks are refused.</param>
    /// <param name="begun">False when no worker can have written before; the log then begins without a word about one.</param>
    /// <exception cref="LogWriterSupersededException">A newer writer has the log, or it is sealed.</exception>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    Task<IDeploymentLogWriter> OpenAsync(
        LogSubject subject, int attempt, long fencingToken, bool begun, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a page; never loads the whole log. A filter that passes few lines, or lines that are long, can give a short page with a
    /// cursor.
    /// </summary>
    Task<LogPage> ReadAsync(LogSubject subject, LogQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Every line behind <paramref name="afterSeq"/>, then new ones as they come, until the log is sealed. Many followers of
    /// one deployment share one reader, and are given the same objects: what is made of a piece can be made once for all.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<LogEntry>> FollowAsync(LogSubject subject, long afterSeq, CancellationToken cancellationToken);

    /// <summary>Ends the log for good: joins its chunks into one object and lets followers finish. Safe to repeat.</summary>
    Task SealAsync(LogSubject subject, CancellationToken cancellationToken);

    /// <summary>Objects and bytes stored for the deployment: what <see cref="DeleteAsync"/> would remove.</summary>
    Task<(int Objects, long Bytes)> MeasureAsync(LogSubject subject, CancellationToken cancellationToken);

    /// <summary>Removes everything stored for the deployment.</summary>
    /// <returns>Objects and bytes removed.</returns>
    Task<(int Objects, long Bytes)> DeleteAsync(LogSubject subject, CancellationToken cancellationToken);
}

/// <summary>
/// Appends lines; redacts secrets before anything is kept. Disposing ships what is buffered. While the store is away lines
/// wait in a bounded buffer. After a newer writer has taken over, every call throws <see cref="LogWriterSupersededException"/>.
/// </summary>
public interface IDeploymentLogWriter : IAsyncDisposable
{
    /// <summary>Redacts these values as well from now on, for instance the project's secret variables.</summary>
    void Hide(IEnumerable<string> secrets);

    /// <summary>The text as it would stand in the log, for what is kept elsewhere.</summary>
    string Redact(string text);

    /// <summary>Adds a line of the service itself.</summary>
    void Write(LogLevel level, DeploymentStep? step, string message);

    /// <summary>
    /// Adds raw output of a command; cuts it into lines itself, also over borders of pieces and characters. Waits while the
    /// buffer is full.
    /// </summary>
    ValueTask WriteOutputAsync(DeploymentStep step, LogStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>Ends a command's output: what stands without a line end becomes a line.</summary>
    void EndOutput(DeploymentStep step);

    /// <summary>The last lines that a step's commands printed, oldest first, without colour codes; for error excerpts.</summary>
    IReadOnlyList<string> Tail(DeploymentStep step, int lines);

    /// <summary>Ships what is buffered now and returns when it is stored; waits for a store that is away.</summary>
    Task FlushAsync(CancellationToken cancellationToken);
}

/// <summary>Whose log: the parts of the key under which it is stored.</summary>
public sealed record LogSubject(DeploymentId DeploymentId, string OrganizationId, string ProjectId)
{
    internal static LogSubject Of(Deployment deployment) => new(deployment.Id, deployment.OrganizationId, deployment.ProjectId);

    internal static LogSubject Of(DeploymentView deployment) => new(deployment.Id, deployment.OrganizationId, deployment.ProjectId);
}

/// <summary>Severity of a line.</summary>
public enum LogLevel
{
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>Where a line came from.</summary>
public enum LogStream
{
    System,
    Stdout,
    Stderr,
}

/// <summary>One line.</summary>
public sealed record LogEntry(
    long Seq,
    DateTimeOffset Timestamp,
    LogLevel Level,
    DeploymentStep? Step,
    LogStream Stream,
    string Message,
    int Attempt);

/// <summary>What to read.</summary>
/// <param name="Cursor">Continue behind (or, descending, before) this line; null starts at the end that the order begins with.</param>
public sealed record LogQuery(long? Cursor, int Limit, DeploymentStep? Step = null, LogLevel? MinimumLevel = null, bool Descending = false);

/// <summary>A page of lines.</summary>
/// <param name="NextCursor">Where to go on, though nothing may be there yet; null when nothing more can come in this order.</param>
/// <param name="Complete">True when the log is sealed and there is nothing behind this page in its order.</param>
public sealed record LogPage(IReadOnlyList<LogEntry> Entries, long? NextCursor, bool Complete);
