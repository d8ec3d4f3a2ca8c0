using System.Net.Sockets;
using System.Text.RegularExpressions;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Tells what an operator can mend from a bug: the first gets a sentence, the second keeps its stack.</summary>
internal static partial class StartFailure
{
    /// <summary>What stopped the start and what to do about it; null for a bug.</summary>
    public static string? SentenceOf(Exception failure) => failure switch
    {
        OptionsValidationException wrong => string.Join(' ', wrong.Failures.Select(SentenceOfOption)),
        // What .NET throws when options of several sections are wrong. A bug among them keeps all stacks.
        AggregateException { InnerExceptions.Count: > 0 } several when several.InnerExceptions.All(one => SentenceOf(one) is not null) =>
            string.Join(' ', several.InnerExceptions.Select(SentenceOf)),
        StartRefusedException or RuntimePartMissingException or SandboxException => failure.Message,
        _ when PortProblem(failure) is { } problem => problem,
        // A full disk, a folder of somebody else: the message names the path.
        IOException or UnauthorizedAccessException => failure.Message,
        _ => null,
    };

    // .NET wraps what an option's own check says, and names the option by its class.
    private static string SentenceOfOption(string problem)
    {
        if (WrappedProblem().Match(problem) is not { Success: true } wrapped) return problem;

        var (error, member) = (wrapped.Groups["error"].Value, wrapped.Groups["member"].Value);
        var section = SettingSections.All.FirstOrDefault(part => part.Options.Name == wrapped.Groups["options"].Value).Section;
        return member.Length == 0 || section is null ? error : $"{section}:{member}: {error}";
    }

    [GeneratedRegex(
        @"\ADataAnnotation validation failed for '(?<options>\w+)' members: '(?<member>[^']*)' with the error: '(?<error>.*)'\.\z",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex WrappedProblem();

    private static string? PortProblem(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is not SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AccessDenied }) continue;

            // The part that opens the port of the sites says already which setting is meant.
            return failure is InvalidOperationException ? failure.Message
                : $"{failure.Message.TrimEnd('.')}. Set PORT to a free port that this user may open, or end what listens there.";
        }

        return null;
    }
}
