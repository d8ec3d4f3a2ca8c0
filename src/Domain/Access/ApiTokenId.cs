using System.Diagnostics.CodeAnalysis;

namespace Libra.Deploy.Domain.Access;

/// <summary>Identity of an API token; no secret.</summary>
public readonly record struct ApiTokenId(Guid Value)
{
    /// <summary>Makes an id; ids sort by the time they were made.</summary>
    public static ApiTokenId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads an id that a client sent.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ApiTokenId? id)
    {
        id = Guid.TryParseExact(text, "D", out var value) ? new ApiTokenId(value) : null;
        return id is not null;
    }

    /// <inheritdoc />
    public override string ToString() => Value.ToString("D");
}
