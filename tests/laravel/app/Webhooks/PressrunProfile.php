<?php

namespace App\Webhooks;

use Illuminate\Http\Request;
use Illuminate\Support\Facades\DB;
use Spatie\WebhookClient\WebhookProfile\WebhookProfile;

/**
 * Leaves out what has been imported already. It only looks: the job writes the id, in one transaction
 * with the report. Were it written here, a job that fails would never get a second chance.
 */
class PressrunProfile implements WebhookProfile
{
    public function shouldProcess(Request $request): bool
    {
        return DB::table('pressrun_messages')->where('id', $request->input('id'))->doesntExist();
    }
}
