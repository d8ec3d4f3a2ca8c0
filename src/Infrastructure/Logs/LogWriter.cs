using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Logs.Live;
using Libra.Deploy.Infrastructure.Logs.Redaction;

namespace Libra.Deploy.Infrastructure.Logs;

/// <summary>Turns messages and raw output into redacted lines and hands them to the appender.</summary>
internal sealed class LogWriter(
    LogAppender appender, Redactor redactor, int attempt, DeploymentLogOptions options, TimeProvider clock) : IDeploymentLogWriter
{
    /// <summary>What is said of a worker that died, at the place in the log where it did.</summary>
    public const string StoppedUnclosed = "stopped without closing this log: up to a second of its output may be missing here.";

    private const int Piece = 64 << 10; // how much output is cut into lines before looking whether the buffer has room

    private readonly Lock _gate = new();
    private readonly Dictionary<(DeploymentStep Step, LogStream Stream), OutputLines> _outputs = [];
    private readonly Dictionary<DeploymentStep, LogTail> _tails = [];
    private Redactor _redactor = redactor;

    public void Hide(IEnumerable<string> secrets)
    {
        lock (_gate)
        {
            _redactor = _redactor.With(secrets);
        }
    }

    public string Redact(string text)
    {
        lock (_gate)
        {
            return _redactor.Redact(text);
        }
    }

    public void Write(LogLevel level, DeploymentStep? step, string message)
    {
        lock (_gate)
        {
            var secret = new RedactionState();
            foreach (var line in message.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
                Add(level, step, LogStream.System, LineText.Finish(line, _redactor, secret, options.MaxLineBytes));
        }
    }

    public async ValueTask WriteOutputAsync(
        DeploymentStep step, LogStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        for (; data.Length > 0; data = data[Math.Min(Piece, data.Length)..])
        {
            lock (_gate)
            {
                foreach (var line in Output(step, stream).Append(data.Span[..Math.Min(Piece, data.Length)])) AddOutput(step, stream, line);
            }

            await appender.WaitForSpaceAsync(cancellationToken);
        }
    }

    public void EndOutput(DeploymentStep step)
    {
        lock (_gate)
        {
            foreach (var (key, output) in _outputs.Where(output => output.Key.Step == step).ToList())
            {
                if (output.End() is { } line) AddOutput(step, key.Stream, line);
                _outputs.Remove(key);
            }
        }
    }

    public IReadOnlyList<string> Tail(DeploymentStep step, int lines)
    {
        lock (_gate)
        {
            return _tails.TryGetValue(step, out var tail) ? tail.Last(lines) : [];
        }
    }

    public Task FlushAsync(CancellationToken cancellationToken) => appender.FlushAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var step in Enum.GetValues<DeploymentStep>()) EndOutput(step); // of a step that was cancelled or failed
        }
        catch (Exception) when (appender.HasFailed)
        {
            // Told to whoever wrote or flushed; superseded or not, there is nowhere to put these lines.
        }

        await appender.DisposeAsync();
    }

    private void AddOutput(DeploymentStep step, LogStream stream, string line)
    {
        var text = LineText.Finish(line, _redactor, Output(step, stream).Secret, options.MaxLineBytes);
        Tail(step).Add(AnsiText.Strip(text));
        Add(stream == LogStream.Stderr ? LogLevel.Warn : LogLevel.Info, step, stream, text);
    }

    private void Add(LogLevel level, DeploymentStep? step, LogStream stream, string text) =>
        appender.Add(new LogEntry(0, clock.GetUtcNow(), level, step, stream, text, attempt));

    private LogTail Tail(DeploymentStep step) =>
        _tails.TryGetValue(step, out var tail) ? tail : _tails[step] = new LogTail();

    private OutputLines Output(DeploymentStep step, LogStream stream) =>
        _outputs.TryGetValue((step, stream), out var output)
            ? output
            : _outputs[(step, stream)] = new OutputLines(options.MaxLineBytes);
}
