namespace Libra.Deploy.Application.Telemetry;

/// <summary>
/// Fields that every line of the service's log has while a scope with them is open; readable also where only the text is shown.
/// </summary>
public sealed class LogFields : Dictionary<string, object?>
{
    public override string ToString() => string.Join(' ', this.Select(field => $"{field.Key}:{field.Value}"));
}
