using System.Globalization;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Domain.Deployments;

/// <summary>The start of a deployment's id, as people paste it, and when the deployments that begin so were accepted.</summary>
/// <remarks>An id names the millisecond of its acceptance; so an order by time finds it as fast as an order by id would.</remarks>
public sealed partial record DeploymentIdStart
{
    // Of ids from 2001 to 2286; a shorter number is cut off, unless the underscore behind it says that it is whole.
    private const int Digits = 13;
    private static readonly long LastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private DeploymentIdStart(string text, DateTimeOffset from, DateTimeOffset until) => (Text, From, Until) = (text, from, until);

    /// <summary>What the id begins with.</summary>
    public string Text { get; }

    /// <summary>The first moment at which such a deployment may have been accepted.</summary>
    public DateTimeOffset From { get; }

    /// <summary>The first moment behind the last one.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>The id, when it is so long that no other one begins with it.</summary>
    public DeploymentId? Whole => Text.Length - Text.LastIndexOf('_') > DeploymentId.RandomLength ? DeploymentId.TryParse(Text) : null;

    /// <summary>Null when no deployment's id begins so.</summary>
    public static DeploymentIdStart? TryParse(string? text)
    {
        if (text is null || Form().Match(text) is not { Success: true } match) return null;

        var digits = match.Groups["time"].Value;
        var whole = match.Groups["rest"].Success || digits.Length >= Digits;
        var first = long.Parse(whole ? digits : digits.PadRight(Digits, '0'), CultureInfo.InvariantCulture);
        var last = long.Parse(whole ? digits : digits.PadRight(Digits, '9'), CultureInfo.InvariantCulture);
        return last < LastMillisecond
            ? new DeploymentIdStart(text, DateTimeOffset.FromUnixTimeMilliseconds(first), DateTimeOffset.FromUnixTimeMilliseconds(last + 1))
            : null;
    }

    [GeneratedRegex(@"\Adeploy_(?<time>[0-9]{0,15})(?<rest>(?<=[0-9])_[a-z0-9]{0,9})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
