using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Domain.Deployments;

/// <summary>Identity of a deployment: <c>deploy_&lt;unix milliseconds&gt;_&lt;9 of a-z0-9&gt;</c>, the form old clients know.</summary>
public readonly partial record struct DeploymentId
{
    /// <summary>How many characters at most follow the time.</summary>
    public const int RandomLength = 9;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private readonly string? _value;

    private DeploymentId(string value) => _value = value;

    /// <summary>The text of the id; empty only for the default value.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>
    /// Makes an id for a deployment accepted at <paramref name="now"/>; 36^9 values a millisecond make a clash unlikely, and the primary
    /// key refuses one.
    /// </summary>
    public static DeploymentId New(DateTimeOffset now)
    {
        var random = RandomNumberGenerator.GetString(Alphabet, RandomLength);
        return new(string.Create(CultureInfo.InvariantCulture, $"deploy_{now.ToUnixTimeMilliseconds()}_{random}"));
    }

    /// <summary>Reads an id that a client sent; null when it does not look like one.</summary>
    public static DeploymentId? TryParse(string? text) => text is not null && Form().IsMatch(text) ? new DeploymentId(text) : null;

    /// <summary>Reads an id from our own storage.</summary>
    /// <exception cref="FormatException">The text is not a deployment id.</exception>
    public static DeploymentId Parse(string text) => TryParse(text) ?? throw new FormatException($"'{text}' is not a deployment id.");

    /// <inheritdoc />
    public override string ToString() => Value;

    [GeneratedRegex(@"\Adeploy_[0-9]{1,15}_[a-z0-9]{1,9}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
