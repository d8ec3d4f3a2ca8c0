namespace Libra.Deploy.Domain.Queue;

/// <summary>Identity of a dead letter.</summary>
public readonly record struct DeadLetterId(Guid Value)
{
    /// <summary>Makes an id; ids sort by the time they were made.</summary>
    public static DeadLetterId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads an id that a client sent; null when it does not look like one.</summary>
    public static DeadLetterId? TryParse(string? text) => Guid.TryParseExact(text, "D", out var value) ? new DeadLetterId(value) : null;

    /// <inheritdoc />
    public override string ToString() => Value.ToString("D");
}
