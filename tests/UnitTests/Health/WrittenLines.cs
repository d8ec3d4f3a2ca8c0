using Microsoft.Extensions.Logging;

namespace Libra.Deploy.UnitTests.Health;

/// <summary>A log whose lines a test can read.</summary>
internal sealed class WrittenLines : ILogger
{
    private readonly List<(LogLevel Level, string Message)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Message)> All => _lines;

    public IEnumerable<string> Warnings => _lines.Where(line => line.Level == LogLevel.Warning).Select(line => line.Message);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Add((logLevel, formatter(state, exception)));
}
