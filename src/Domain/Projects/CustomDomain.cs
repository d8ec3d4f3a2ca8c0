using System.Globalization;
using System.Net;
using ErrorOr;

namespace Libra.Deploy.Domain.Projects;

/// <summary>A customer's own host name, in the ASCII form that DNS and certificates use (IDNA 2008, RFC 5891).</summary>
public sealed record CustomDomain
{
    private const int LongestName = 253;
    private static readonly IdnMapping Idna = new() { UseStd3AsciiRules = true };

    private CustomDomain(string value) => Value = value;

    /// <summary>Lower case, without a trailing dot, punycode where the user wrote other letters.</summary>
    public string Value { get; }

    /// <summary>Reads what a client sent; refuses addresses, single labels, wildcards, ports, paths and what IDNA does not allow.</summary>
    /// <param name="text">The name as typed.</param>
    /// <param name="ownZones">The platform's own zones: no customer may claim a name in them.</param>
    public static ErrorOr<CustomDomain> Parse(string text, IReadOnlyCollection<string> ownZones)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(ownZones);
        var trimmed = text.Trim().TrimEnd('.');
        if (trimmed.Length == 0 || IPAddress.TryParse(trimmed.Trim('[', ']'), out _))
            return ProjectErrors.BadCustomDomain(text, "it is not a host name");
        if (ToAscii(trimmed) is not { } ascii) return ProjectErrors.BadCustomDomain(text, "it is not a valid host name");

        var labels = ascii.Split('.');
        if (ascii.Length > LongestName || labels.Length < 2)
            return ProjectErrors.BadCustomDomain(text, "it needs at least two labels and at most 253 characters");
        if (labels[^1].All(char.IsAsciiDigit)) return ProjectErrors.BadCustomDomain(text, "it is not a host name");
        var own = ownZones.FirstOrDefault(zone => ascii == zone || ascii.EndsWith("." + zone, StringComparison.Ordinal));
        return own is null ? new CustomDomain(ascii) : ProjectErrors.BadCustomDomain(text, $"names under {own} belong to the platform");
    }

    /// <summary>Reads a name that was accepted before.</summary>
    public static CustomDomain FromStorage(string value) => new(value);

    /// <inheritdoc />
    public override string ToString() => Value;

    private static string? ToAscii(string name)
    {
        try
        {
            var ascii = Idna.GetAscii(name).ToLowerInvariant();
            return ascii.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null; // the mapping's only way to say that the name is not valid
        }
    }
}
