using Hangfire.Logging;
using Microsoft.Extensions.Logging;
using HangfireLevel = Hangfire.Logging.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Hands Hangfire's log lines to ours. Hangfire keeps one provider for the whole process, while hosts come and go: a host that has
/// been disposed must not take down the workers of another by a logger that throws.
/// </summary>
internal sealed class HangfireLog(ILoggerFactory loggers) : ILogProvider
{
    public ILog GetLogger(string name)
    {
        try
        {
            return new Log(loggers.CreateLogger(name));
        }
        catch (ObjectDisposedException)
        {
            return new Log(null); // its host is gone, and nobody reads its lines any more
        }
    }

    private sealed class Log(ILogger? logger) : ILog
    {
        bool ILog.Log(HangfireLevel logLevel, Func<string>? messageFunc, Exception? exception)
        {
            var level = LevelOf(logLevel);
            if (logger is null || !logger.IsEnabled(level)) return false;
            if (messageFunc is not null) logger.Log(level, exception, "{Message}", messageFunc());
            return true;
        }

        private static Level LevelOf(HangfireLevel level) => level switch
        {
            HangfireLevel.Trace => Level.Trace,
            HangfireLevel.Debug => Level.Debug,
            HangfireLevel.Info => Level.Information,
            HangfireLevel.Warn => Level.Warning,
            HangfireLevel.Error => Level.Error,
            _ => Level.Critical,
        };
    }
}
