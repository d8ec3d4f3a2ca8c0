namespace Libra.Deploy.Infrastructure.Logs;

/// <summary>How fast logs are shipped and how much of one is kept.</summary>
public sealed record DeploymentLogOptions
{
    private const int ShortestLine = 256;

    /// <summary>
    /// A buffered line is shipped after this. With <see cref="PollIdle"/> it stays under a second, which readers are promised.
    /// </summary>
    public TimeSpan ShipInterval { get; init; } = TimeSpan.FromMilliseconds(450);

    /// <summary>Text bytes after which a chunk is shipped at once.</summary>
    public int ChunkBytes { get; init; } = 256 << 10;

    /// <summary>Text bytes that wait while the store is away; then the command that prints has to wait.</summary>
    public int MaxBufferedBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Lines of one log, over all attempts. The service's own lines may go over by a thousand, so that the end is always told.
    /// </summary>
    public int MaxLines { get; init; } = 200_000;

    /// <summary>UTF-8 bytes of one line; the rest of it is dropped.</summary>
    public int MaxLineBytes { get; init; } = 16 << 10;

    /// <summary>UTF-8 bytes of all lines of one log.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>How often followers of another node's deployment look for lines while some come.</summary>
    public TimeSpan PollActive { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The same while nothing comes.</summary>
    public TimeSpan PollIdle { get; init; } = TimeSpan.FromMilliseconds(450);

    /// <summary>First pause when the store cannot be reached; doubled up to <see cref="RetryMax"/>.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest such pause.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long closing a log waits for a store that is away before the rest of the lines is given up.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is wrong with the values, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (new[] { ShipInterval, PollActive, PollIdle, RetryMin, CloseTimeout }.Any(time => time <= TimeSpan.Zero))
            yield return "The times of Logs must be positive.";
        if (RetryMax < RetryMin) yield return "Logs:RetryMax must not be shorter than Logs:RetryMin.";
        if (MaxLines < 1 || MaxLineBytes < ShortestLine || ChunkBytes < MaxLineBytes || Math.Min(MaxBufferedBytes, MaxBytes) < ChunkBytes)
            yield return $"Logs:MaxLines must be positive, Logs:MaxLineBytes {ShortestLine} or more, Logs:ChunkBytes no less "
                + "than that, and Logs:MaxBufferedBytes and Logs:MaxBytes no less than a chunk.";
    }
}
