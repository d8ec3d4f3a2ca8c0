using ErrorOr;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Reads the form of one of our pages.</summary>
internal static class FormBody
{
    /// <summary>The fields, or the refusal of a body that is no form, or one of more fields than any of our pages has.</summary>
    public static async Task<ErrorOr<IFormCollection>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return ErrorOrFactory.From(await request.ReadFormAsync(cancellationToken));
        }
        catch (InvalidDataException)
        {
            // The only way in which the reader says so, and it holds nothing for the log: the client sent it.
            return Problems.InvalidRequest("The form cannot be read.");
        }
    }
}
