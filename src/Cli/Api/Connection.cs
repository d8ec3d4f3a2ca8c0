using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Api;

/// <summary>Where the service is, and who calls.</summary>
/// <param name="Token">Null when none was given or found.</param>
internal sealed record Connection(Uri Address, string? Token)
{
    private const string DefaultAddress = "http://localhost:3008";

    /// <summary>From the command line, else from the environment, else the service that runs from sources on this machine.</summary>
    /// <exception cref="UsageException">The address is none, or the token cannot be one.</exception>
    public static Connection Read(Arguments arguments, Func<string, string?> environment)
    {
        var text = Given(Option.Url) ?? DefaultAddress;
        if (!Uri.TryCreate(text.TrimEnd('/') + '/', UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"'{text}' is not the address of a service; it starts with http:// or https://.");

        return new Connection(address, Checked(Given(Option.Token) ?? DevelopmentToken(address, environment)));

        // Trimmed, because what a file or a secret store hands over often ends with a line break.
        string? Given(Option option) => arguments.Values.TryGetValue(option.Name, out var value) ? value.Trim()
            : environment(option.Variable!)?.Trim() is { Length: > 0 } set ? set
            : null;
    }

    // What is wrong with it is said without showing it.
    private static string? Checked(string? token) => token switch
    {
        "" => throw new UsageException("The token is empty. Is the variable set that it comes from?"),
        not null when !token.All(c => c is > ' ' and <= '~') => throw new UsageException(
            "The token is none: it holds a space, a line break or another character that no token has."),
        _ => token,
    };

    // The token of a service on this machine goes to no other one.
    private static string? DevelopmentToken(Uri address, Func<string, string?> environment)
    {
        if (!address.IsLoopback) return null;
        var file = Path.Combine(environment("LIBRA_DATA_DIR") is { Length: > 0 } data ? data : ".libra", "dev-token");
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
        catch (UnauthorizedAccessException)
        {
            return null; // another user's service: its refusal says that a token is missing
        }
    }
}
