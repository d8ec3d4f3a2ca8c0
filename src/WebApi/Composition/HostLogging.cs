using Libra.Deploy.Application.Common;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.Logging.Console;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>One JSON object a line for machines; short coloured lines when a person watches in a terminal.</summary>
internal static class HostLogging
{
    public static void Configure(ILoggingBuilder logging, HostSettings settings, IHostEnvironment environment)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LevelOf(settings.LogLevel));
        foreach (var noisy in new[] { "Microsoft", "System", "Hangfire", "Yarp", "Npgsql" })
            logging.AddFilter(noisy, Quieter(settings.LogLevel));
        // The keys that guard forms lie unencrypted in the database on purpose; they guard nothing from those who can read it.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // A statement that fails throws, and who catches it knows more: the first start asks for a table that is not there yet.
        logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None);
        logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Transaction", LogLevel.None);
        logging.AddFilter("Microsoft.EntityFrameworkCore.Update", LogLevel.None);
        if (environment.IsDevelopment() && !Console.IsOutputRedirected)
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
                console.ColorBehavior = LoggerColorBehavior.Enabled;
            });
            return;
        }

        logging.AddJsonConsole(console =>
        {
            console.IncludeScopes = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = IsoTime.Form;
        });
    }

    private static LogLevel LevelOf(string level) => level switch
    {
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    private static LogLevel Quieter(string level) => level switch
    {
        "debug" => LogLevel.Information,
        "error" => LogLevel.Error,
        _ => LogLevel.Warning,
    };
}
