using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Http;

/// <summary>Keeps what was logged together with the request id of the scope that it was logged in.</summary>
internal sealed class RecordedLogs : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<Line> _lines = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<Line> Lines => _lines;

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Recorder(this);

    public void Dispose()
    {
    }

    internal sealed record Line(LogLevel Level, string Message, Exception? Exception, string? RequestId);

    private sealed class Recorder(RecordedLogs owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => owner._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string? requestId = null;
            owner._scopes.ForEachScope<object?>(
                (scope, _) =>
                {
                    if (scope is IEnumerable<KeyValuePair<string, object?>> fields)
                        requestId = (string?)fields.FirstOrDefault(field => field.Key == "requestId").Value ?? requestId;
                },
                null);
            owner._lines.Enqueue(new Line(logLevel, formatter(state, exception), exception, requestId));
        }
    }
}
